package io.akidb.tenancy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.akidb.objectstore.FolderPage;
import io.akidb.objectstore.ObjectContent;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectNotFoundException;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.PreconditionFailedException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The tenants of a bucket: one descriptor each, replaced by compare-and-swap. Thread-safe; holds no
 * state of its own, so that any number of nodes may use one bucket.
 */
public final class TenantRegistry {
  private static final int DESCRIPTOR_BYTES_MAX = 1 << 20;
  private static final int PAGE_LIMIT_MAX = 1000;
  private static final int CHANGE_ATTEMPTS_MAX = 8;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          // An update writes the whole descriptor: a field that a later version added must not be
          // dropped silently.
          .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, true)
          .addModule(new InstantAsText())
          .build();

  private final ObjectStore store;
  private final Clock clock;

  /** Works on the given bucket; does not close it. */
  public TenantRegistry(ObjectStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /**
   * Creates a tenant with a random id, which can be used at once.
   *
   * @throws InvalidNameException naming the field that is out of bounds
   */
  public VersionedTenant create(String name, TenantQuotas quotas, Map<String, String> metadata) {
    return create(TenantId.random(), name, quotas, metadata);
  }

  /**
   * Creates a tenant under a given id, which can be used at once.
   *
   * @throws TenantConflictException if the id is taken, also by a deleted tenant
   * @throws InvalidNameException naming the field that is out of bounds
   */
  public VersionedTenant create(
      TenantId id, String name, TenantQuotas quotas, Map<String, String> metadata) {
    return begin(Tenant.creating(id, name, now(), quotas, metadata).active());
  }

  /** Writes the first descriptor of a tenant. */
  VersionedTenant begin(Tenant tenant) {
    try {
      ObjectMetadata written = store.putIfAbsent(key(tenant.tenantId()), write(tenant));
      return new VersionedTenant(tenant, written.etag());
    } catch (PreconditionFailedException e) {
      throw new TenantConflictException("the tenant exists already");
    }
  }

  /**
   * The tenant of that id, created under it at the first call.
   *
   * @throws TenantStateException if it was deleted
   */
  public VersionedTenant ensure(TenantId id) {
    Optional<VersionedTenant> existing = findAny(id);
    if (existing.isEmpty()) {
      try {
        return create(id, "default", TenantQuotas.UNLIMITED, Map.of());
      } catch (TenantConflictException e) {
        existing = findAny(id);
      }
    }
    VersionedTenant found =
        existing.orElseThrow(() -> new TenantNotFoundException("there is no such tenant"));
    requireNotDeleted(found.tenant());
    return found;
  }

  /** The tenant {@code default}, created at the first call. */
  public VersionedTenant ensureDefault() {
    return ensure(TenantId.DEFAULT);
  }

  /** The tenant, or empty if there is none or it was deleted. */
  public Optional<VersionedTenant> find(TenantId id) {
    return findAny(id).filter(found -> found.tenant().state().isLive());
  }

  /** The tenant, also one that was deleted; empty if there is none, or none yet. */
  public Optional<VersionedTenant> findAny(TenantId id) {
    return read(id).filter(found -> found.tenant().state() != TenantState.CREATING);
  }

  /** The descriptor, whatever its state. */
  Optional<VersionedTenant> read(TenantId id) {
    try {
      ObjectContent content = store.get(key(id), DESCRIPTOR_BYTES_MAX);
      return Optional.of(new VersionedTenant(read(id, content), content.metadata().etag()));
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    }
  }

  /**
   * The tenant.
   *
   * @throws TenantNotFoundException if there is none or it was deleted
   */
  public VersionedTenant get(TenantId id) {
    return find(id).orElseThrow(() -> new TenantNotFoundException("there is no such tenant"));
  }

  /**
   * Replaces what an operator may change.
   *
   * @param ifMatch the entity tag that must still hold, or null to replace whatever stands
   * @throws TenantNotFoundException if there is none
   * @throws TenantStateException if it was deleted
   * @throws TenantConflictException if {@code ifMatch} no longer holds
   */
  public VersionedTenant update(
      TenantId id,
      String name,
      TenantQuotas quotas,
      Map<String, String> metadata,
      @Nullable String ifMatch) {
    return change(
        id,
        ifMatch,
        tenant -> {
          requireNotDeleted(tenant);
          return tenant.with(name, quotas, metadata);
        });
  }

  /**
   * Suspends a tenant: calls in its name are refused until it is resumed. One that is suspended
   * already stays as it is.
   *
   * @throws TenantNotFoundException if there is none
   * @throws TenantStateException if it was deleted
   * @throws TenantConflictException if {@code ifMatch} no longer holds
   */
  public VersionedTenant suspend(TenantId id, @Nullable String ifMatch) {
    return change(
        id,
        ifMatch,
        tenant -> {
          requireNotDeleted(tenant);
          return tenant.isActive() ? tenant.suspended(now()) : tenant;
        });
  }

  /**
   * Ends a suspension. A tenant that is not suspended stays as it is.
   *
   * @throws TenantNotFoundException if there is none
   * @throws TenantStateException if it was deleted
   * @throws TenantConflictException if {@code ifMatch} no longer holds
   */
  public VersionedTenant resume(TenantId id, @Nullable String ifMatch) {
    return change(
        id,
        ifMatch,
        tenant -> {
          requireNotDeleted(tenant);
          return tenant.active();
        });
  }

  /**
   * Deletes a tenant: from now on calls in its name are refused. Its objects and keys stay until
   * they are purged, so that it can be restored until then.
   *
   * @param retention how long it can be restored
   * @throws TenantNotFoundException if there is none
   * @throws TenantStateException if it was deleted already
   * @throws TenantConflictException if {@code ifMatch} no longer holds
   */
  public VersionedTenant delete(TenantId id, Duration retention, @Nullable String ifMatch) {
    return change(
        id,
        ifMatch,
        tenant -> {
          requireNotDeleted(tenant);
          return tenant.deleted(now(), now().plus(retention));
        });
  }

  /**
   * Takes a deletion back; a tenant that was suspended before is suspended again.
   *
   * @throws TenantNotFoundException if there is none
   * @throws TenantStateException if it was not deleted, or its purge date is past
   * @throws TenantConflictException if {@code ifMatch} no longer holds
   */
  public VersionedTenant restore(TenantId id, @Nullable String ifMatch) {
    return change(
        id,
        ifMatch,
        tenant -> {
          Instant purgeAt = tenant.purgeAt();
          if (purgeAt == null) {
            throw new TenantStateException(
                "the tenant is not deleted; there is nothing to restore");
          }
          if (tenant.state() == TenantState.PURGING || !now().isBefore(purgeAt)) {
            throw new TenantStateException(
                "the tenant could be restored until " + purgeAt + "; it is being purged");
          }
          return tenant.restored();
        });
  }

  /**
   * A page of tenants that were not deleted.
   *
   * @param cursor of the page before, or null for the first
   * @param limit at most this many folders are looked at, 1 to 1,000; the page may hold fewer
   *     tenants
   */
  public TenantPage list(@Nullable String cursor, int limit) {
    return list(cursor, limit, EnumSet.of(TenantState.ACTIVE, TenantState.SUSPENDED));
  }

  /**
   * A page of the tenants in certain states.
   *
   * @param cursor of the page before, or null for the first
   * @param limit at most this many folders are looked at, 1 to 1,000; the page may hold fewer
   *     tenants
   */
  public TenantPage list(@Nullable String cursor, int limit, Set<TenantState> states) {
    IdPage ids = ids(cursor, limit);
    List<Tenant> tenants = new ArrayList<>(ids.ids().size());
    List<TenantId> unreadable = new ArrayList<>();
    for (TenantId id : ids.ids()) {
      try {
        read(id)
            .map(VersionedTenant::tenant)
            .filter(tenant -> states.contains(tenant.state()))
            .ifPresent(tenants::add);
      } catch (CorruptTenantException e) {
        // The others are there all the same; its state is not known, so it is in every list.
        unreadable.add(id);
      }
    }
    return new TenantPage(tenants, unreadable, ids.nextCursor());
  }

  /** Ids of whatever state, also of tenants whose descriptor cannot be read. */
  record IdPage(List<TenantId> ids, @Nullable String nextCursor) {}

  IdPage ids(@Nullable String cursor, int limit) {
    FolderPage folders =
        store.listFolders(
            TenantNamespace.TENANTS_PREFIX,
            cursor == null ? null : new TenantId(cursor).value(),
            Math.max(1, Math.min(limit, PAGE_LIMIT_MAX)));
    return new IdPage(
        folders.names().stream().flatMap(name -> idOf(name).stream()).toList(),
        folders.nextStartAfter());
  }

  // What somebody else put beside the tenants is none.
  private static Optional<TenantId> idOf(String folder) {
    try {
      return Optional.of(new TenantId(folder));
    } catch (InvalidNameException e) {
      return Optional.empty();
    }
  }

  private static void requireNotDeleted(Tenant tenant) {
    if (!tenant.state().isLive()) {
      throw new TenantStateException(
          tenant.state() == TenantState.PURGING
              ? "the tenant is being purged"
              : "the tenant is deleted; it can be restored until " + tenant.purgeAt());
    }
  }

  private VersionedTenant change(
      TenantId id, @Nullable String ifMatch, UnaryOperator<Tenant> change) {
    for (int attempt = 1; ; attempt++) {
      VersionedTenant current =
          findAny(id).orElseThrow(() -> new TenantNotFoundException("there is no such tenant"));
      if (ifMatch != null && !ifMatch.equals(current.etag())) {
        throw changedMeanwhile();
      }
      Tenant next = change.apply(current.tenant());
      try {
        return next.equals(current.tenant()) ? current : replace(current, next);
      } catch (TenantConflictException e) {
        if (ifMatch != null || attempt == CHANGE_ATTEMPTS_MAX) {
          throw e;
        }
      }
    }
  }

  /**
   * Replaces exactly the given version.
   *
   * @throws TenantConflictException if it no longer stands
   */
  VersionedTenant replace(VersionedTenant current, Tenant next) {
    try {
      ObjectMetadata written =
          store.compareAndSwap(key(next.tenantId()), current.etag(), write(next));
      return new VersionedTenant(next, written.etag());
    } catch (PreconditionFailedException e) {
      throw changedMeanwhile();
    }
  }

  private static TenantConflictException changedMeanwhile() {
    return new TenantConflictException("the tenant was changed meanwhile; read it again");
  }

  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private static String key(TenantId id) {
    return new TenantNamespace(id).tenantManifestKey();
  }

  private static byte[] write(Tenant tenant) {
    try {
      return JSON.writeValueAsBytes(tenant);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tenant's descriptor is always writable", e);
    }
  }

  private static Tenant read(TenantId id, ObjectContent content) {
    try {
      Tenant tenant = JSON.readValue(content.bytes(), Tenant.class);
      if (tenant != null && tenant.tenantId().equals(id)) {
        return tenant;
      }
    } catch (IOException | InvalidNameException e) {
      // the same answer
    }
    throw new CorruptTenantException("the descriptor of tenant " + id + " cannot be read");
  }
}
