package io.akidb.policies.storage;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStore;
import io.akidb.policies.storage.SyncStep.Kind;
import io.akidb.tenancy.Tenant;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantPage;
import io.akidb.tenancy.TenantRegistry;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tenants of a bucket, and keeps the policies and accounts of its MinIO in step with
 * them. For one thread.
 */
public final class SyncPolicies {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int PAGE = 1000;

  /** Changes under way at once, each by a thread of its own. */
  static final int CALLS_AT_ONCE = 16;

  private static final int TENANTS_MAX = 100_000;

  private final BucketConfig bucket;
  private final ObjectStore store;
  private final Clock clock;
  private final SecureRandom random;

  /**
   * Prepares.
   *
   * @param bucket with an administrator's credentials of the MinIO
   * @param store the same bucket, opened; not closed
   */
  public SyncPolicies(BucketConfig bucket, ObjectStore store, Clock clock, SecureRandom random) {
    this.bucket = bucket;
    this.store = store;
    this.clock = clock;
    this.random = random;
  }

  /**
   * What is asked for.
   *
   * @param dryRun only tells what would be changed
   * @param credentials the folder for new credentials; null for none, which will do as long as no
   *     new ones are made
   * @param rotate whose identities get new credentials: a tenant's id, {@code node} or {@code all};
   *     null for nobody's
   */
  public record Request(boolean dryRun, @Nullable Path credentials, @Nullable String rotate) {}

  /**
   * A change of the store's identities.
   *
   * @param action as {@code attach-policy}
   * @param name of the policy or account
   * @param identity as {@code TENANT/ingest}
   * @param tenant whose identity it is, who exists; null for a node's, and for what no tenant has
   *     any more
   */
  public record Change(String action, String name, String identity, @Nullable TenantId tenant) {}

  /**
   * Is told each change before it is made, and keeps it from being made by throwing. Several are
   * told at once, by as many threads.
   */
  public interface ChangeListener {
    /** About to change. */
    void change(Change change);

    /** What was about to be changed is, or failed to be. */
    default void changed(Change change, boolean succeeded) {}
  }

  /**
   * Synchronizes.
   *
   * @param listener of changes; not called in a dry run
   * @param out takes an object {@code {"type": "step", ...}} for each change that begins and one
   *     {@code {"type": "summary", ...}} at the end, none with a secret; one at a time, whichever
   *     thread it comes from
   * @throws StoragePolicyException if the store's administration fails, credentials cannot be kept,
   *     or the request cannot be carried out; what was done until then stays done, and the next run
   *     goes on
   */
  public void run(Request request, ChangeListener listener, Consumer<ObjectNode> out) {
    long start = clock.millis();
    CredentialsFolder folder = new CredentialsFolder(request.credentials());
    try (StorageIdentities identities = MinioIdentities.of(bucket, CALLS_AT_ONCE, clock, random);
        Workers workers = Workers.start(CALLS_AT_ONCE)) {
      // Two calls, however many identities there are, while the tenants are read one by one.
      Future<Map<String, String>> policies = workers.threads().submit(identities::policies);
      Future<Map<String, StorageIdentities.Account>> accounts =
          workers.threads().submit(identities::accounts);
      Map<TenantId, Boolean> tenants = tenants();
      DesiredIdentities identitiesOfTenants = new DesiredIdentities(bucket);
      List<Identity> desired = identitiesOfTenants.of(tenants);
      Predicate<Identity> needsSecret =
          rotation(request.rotate(), tenants).or(folder::isUnfinished);
      SyncPlan plan =
          identitiesOfTenants.plan(desired, await(policies), await(accounts), needsSecret);
      requirePlausible(tenants, plan);
      if (plan.makesSecrets() && request.credentials() == null && !request.dryRun()) {
        throw new PolicySyncUsageException(
            "new credentials would be made, and the store never tells them again: name a folder"
                + " for them with --credentials");
      }
      if (request.dryRun()) {
        plan.steps().forEach(step -> out.accept(json(step)));
      } else {
        new PolicySync(identities, folder, observer(listener, out), random)
            .apply(desired, plan, workers.threads());
      }
      out.accept(summary(request, plan, tenants.size(), clock.millis() - start));
    }
  }

  private static PolicySync.Observer observer(ChangeListener listener, Consumer<ObjectNode> out) {
    return new PolicySync.Observer() {
      private final Object oneAtATime = new Object();

      @Override
      public void begins(SyncStep step) {
        listener.change(change(step));
        synchronized (oneAtATime) {
          out.accept(json(step));
        }
      }

      @Override
      public void ended(SyncStep step, boolean succeeded) {
        listener.changed(change(step), succeeded);
      }
    };
  }

  private static Change change(SyncStep step) {
    return new Change(step.kind().label(), step.name(), step.label(), step.tenant());
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IdentitiesUnavailableException("interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StoragePolicyException known) {
        throw known;
      }
      throw new IllegalStateException("reading the store's identities failed", e);
    }
  }

  // A bucket without any tenant is a new one, which has nothing to remove, or a lost one.
  private void requirePlausible(Map<TenantId, Boolean> tenants, SyncPlan plan) {
    if (tenants.isEmpty()
        && plan.steps().stream().anyMatch(step -> step.kind() == Kind.REMOVE_ACCOUNT)) {
      throw new PolicySyncUsageException(
          store.location()
              + " has no tenant at all, but the store has accounts of its tenants: nothing is"
              + " removed, as the bucket may be damaged");
    }
  }

  private Map<TenantId, Boolean> tenants() {
    TenantRegistry registry = new TenantRegistry(store, clock);
    Map<TenantId, Boolean> tenants = new TreeMap<>();
    String cursor = null;
    do {
      TenantPage page = registry.list(cursor, PAGE);
      if (!page.unreadable().isEmpty()) {
        throw new PolicySyncUsageException(
            "the descriptor of tenant "
                + page.unreadable().get(0)
                + " cannot be read: nothing is changed, as its accounts would be taken for"
                + " nobody's");
      }
      for (Tenant tenant : page.tenants()) {
        tenants.put(tenant.tenantId(), tenant.isActive());
      }
      if (tenants.size() > TENANTS_MAX) {
        throw new PolicySyncUsageException("there are more than " + TENANTS_MAX + " tenants");
      }
      cursor = page.nextCursor();
    } while (cursor != null);
    return tenants;
  }

  private static Predicate<Identity> rotation(
      @Nullable String rotate, Map<TenantId, Boolean> tenants) {
    if (rotate == null) {
      return identity -> false;
    }
    return switch (rotate) {
      case "all" -> identity -> true;
      case "node" -> identity -> identity.tenant() == null;
      default -> {
        if (tenants.keySet().stream().noneMatch(tenant -> tenant.value().equals(rotate))) {
          throw new PolicySyncUsageException(
              "--rotate takes a tenant's id, 'node' or 'all'; there is no tenant " + rotate);
        }
        yield identity -> identity.tenant() != null && identity.tenant().value().equals(rotate);
      }
    };
  }

  private static ObjectNode json(SyncStep step) {
    ObjectNode json = JSON.createObjectNode();
    json.put("type", "step");
    json.put("action", step.kind().label());
    json.put("name", step.name());
    if (step.kind() == Kind.ATTACH_POLICY) {
      json.put("policy", step.policy());
    }
    json.put("identity", step.label());
    return json;
  }

  private static ObjectNode summary(Request request, SyncPlan plan, int tenants, long tookMs) {
    ObjectNode json = JSON.createObjectNode();
    json.put("type", "summary");
    json.put("dry_run", request.dryRun());
    json.put("tenants", tenants);
    json.put("policies", plan.policies());
    json.put("accounts", plan.accounts());
    json.put("changes", plan.steps().size());
    new TreeSet<>(plan.disabled()).forEach(json.putArray("disabled_accounts")::add);
    json.put("took_ms", tookMs);
    return json;
  }
}
