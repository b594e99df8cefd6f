package io.akidb.tenancy;

import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStoreException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Births and deaths of tenants: what takes more than one write, in an order such that a crash
 * between any two of them leaves what {@link #sweep} puts right. Thread-safe; any number of nodes
 * may work on one bucket.
 *
 * <p>Creation: the descriptor in state {@link TenantState#CREATING}, which nobody sees; what
 * belongs to the tenant elsewhere; the descriptor in state {@link TenantState#ACTIVE}. Deletion:
 * the state {@link TenantState#DELETED}, one write, after which everything is still there; at the
 * purge date the state {@link TenantState#PURGING}, from which no way leads back; everything; last,
 * when no late write is to be expected any more, the descriptor.
 */
public final class TenantLifecycle {
  /** The most objects of one tenant that one sweep deletes, so that others have their turn. */
  static final int OBJECTS_PER_SWEEP_MAX = 10_000;

  private static final Logger LOG = System.getLogger(TenantLifecycle.class.getName());
  private static final int PAGE = 1000;

  /**
   * A tenant and what was made with it.
   *
   * @param versioned the tenant
   * @param part what {@code create} was told to make
   */
  public record Created<T>(VersionedTenant versioned, T part) {}

  private final ObjectStore store;
  private final TenantRegistry registry;
  private final LifecycleConfig config;
  private final List<TenantBelongings> belongings;

  /**
   * Works on the given bucket; does not close it.
   *
   * @param belongings removed before a tenant's own objects, in this order
   */
  public TenantLifecycle(
      ObjectStore store,
      TenantRegistry registry,
      LifecycleConfig config,
      List<TenantBelongings> belongings) {
    this.store = store;
    this.registry = registry;
    this.config = config;
    this.belongings = List.copyOf(belongings);
  }

  /**
   * Creates a tenant with a random id. If anything fails nobody ever sees it.
   *
   * @param part makes what a tenant must have elsewhere, such as its first API key
   * @throws InvalidNameException naming the field that is out of bounds
   * @throws TenantConflictException if it took so long that a sweep has given it up
   */
  public <T> Created<T> create(
      String name, TenantQuotas quotas, Map<String, String> metadata, Function<TenantId, T> part) {
    TenantId id = TenantId.random();
    VersionedTenant begun =
        registry.begin(Tenant.creating(id, name, registry.now(), quotas, metadata));
    T made = part.apply(id);
    return new Created<>(registry.replace(begun, begun.tenant().active()), made);
  }

  /**
   * Deletes a tenant; see {@link TenantRegistry#delete}.
   *
   * @throws TenantNotFoundException if there is none
   * @throws TenantStateException if it was deleted already
   * @throws TenantConflictException if {@code ifMatch} no longer holds
   */
  public VersionedTenant delete(TenantId id, @Nullable String ifMatch) {
    return registry.delete(id, config.retention(), ifMatch);
  }

  /**
   * Looks at every tenant once and takes those that are in a passing state one step further. A
   * tenant on which it fails is logged and left to the next sweep. Does the same, and harmlessly,
   * on several nodes at once. An interrupt ends it early.
   */
  public SweepReport sweep() {
    int abandoned = 0;
    int begun = 0;
    int finished = 0;
    long objects = 0;
    boolean unfinished = false;
    String cursor = null;
    do {
      TenantRegistry.IdPage page = registry.ids(cursor, PAGE);
      for (TenantId id : page.ids()) {
        if (Thread.currentThread().isInterrupted()) {
          return new SweepReport(abandoned, begun, finished, objects, true);
        }
        try {
          Step step = advance(id);
          abandoned += step.before == TenantState.CREATING && step.purging ? 1 : 0;
          begun += step.before == TenantState.DELETED && step.purging ? 1 : 0;
          finished += step.gone ? 1 : 0;
          objects += step.objects;
          unfinished |= step.more;
        } catch (ObjectStoreException | TenancyException e) {
          LOG.log(Level.WARNING, "tenant {0} is left to the next sweep: {1}", id, e.toString());
        }
      }
      cursor = page.nextCursor();
    } while (cursor != null);
    return new SweepReport(abandoned, begun, finished, objects, unfinished);
  }

  private record Step(
      TenantState before, boolean purging, boolean gone, int objects, boolean more) {
    static final Step NONE = new Step(TenantState.ACTIVE, false, false, 0, false);
  }

  private Step advance(TenantId id) {
    Optional<VersionedTenant> found = registry.read(id);
    if (found.isEmpty()) {
      return Step.NONE;
    }
    VersionedTenant current = found.get();
    TenantState before = current.tenant().state();
    if (before != TenantState.PURGING) {
      if (!isDue(current.tenant())) {
        return Step.NONE;
      }
      // From here on nobody can restore it, and a creation that still runs fails at its last write.
      current = registry.replace(current, current.tenant().purging(registry.now()));
    }
    belongings.forEach(each -> each.removeAllOf(id));
    int deleted = deleteBelow(new TenantNamespace(id));
    boolean more = deleted >= OBJECTS_PER_SWEEP_MAX;
    boolean gone = !more && isOver(current.tenant());
    if (gone) {
      store.delete(new TenantNamespace(id).tenantManifestKey());
    }
    return new Step(before, true, gone, deleted, more);
  }

  private boolean isDue(Tenant tenant) {
    Instant now = registry.now();
    Instant purgeAt = tenant.purgeAt();
    return switch (tenant.state()) {
      case CREATING -> !now.isBefore(tenant.createdAt().plus(config.creationGrace()));
      case DELETED -> purgeAt != null && !now.isBefore(purgeAt);
      case ACTIVE, SUSPENDED, PURGING -> false;
    };
  }

  private boolean isOver(Tenant purging) {
    Instant since = purging.purgeAt();
    return since != null && !registry.now().isBefore(since.plus(config.lateWrites()));
  }

  // The descriptor goes last: as long as it stands, every start knows that there is work to do.
  private int deleteBelow(TenantNamespace namespace) {
    int deleted = 0;
    String after = null;
    do {
      ListPage page = store.list(namespace.prefix(), after, PAGE);
      for (ObjectMetadata object : page.objects()) {
        if (!object.key().equals(namespace.tenantManifestKey())) {
          store.delete(object.key());
          deleted++;
        }
      }
      after = page.nextStartAfter();
    } while (after != null && deleted < OBJECTS_PER_SWEEP_MAX);
    return deleted;
  }
}
