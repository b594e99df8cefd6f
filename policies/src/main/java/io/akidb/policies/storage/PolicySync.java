package io.akidb.policies.storage;

import io.akidb.objectstore.BucketConfig;
import io.akidb.policies.storage.StorageIdentities.Account;
import io.akidb.policies.storage.SyncStep.Kind;
import io.akidb.tenancy.TenantId;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a store's identities in step with the tenants of a bucket: makes what is missing, repairs
 * what was changed, removes what no tenant has any more, and touches nothing that it does not own.
 * Doing it again changes nothing. Thread-safe if the identities are; two at once may give an
 * account two secrets, of which the later one holds.
 */
final class PolicySync {
  // MinIO takes secrets of at most 40 characters.
  private static final int SECRET_BYTES = 30;

  private final OwnedNames names;
  private final PolicyGenerator generator;
  private final StorageIdentities identities;
  private final SecureRandom random;

  PolicySync(BucketConfig bucket, StorageIdentities identities, SecureRandom random) {
    this.names = new OwnedNames(bucket);
    this.generator = new PolicyGenerator(bucket);
    this.identities = identities;
    this.random = random;
  }

  /**
   * What the store is to have.
   *
   * @param tenants each with whether it may act
   */
  List<Identity> desired(Map<TenantId, Boolean> tenants) {
    List<Identity> desired = new ArrayList<>(1 + tenants.size() * Purpose.OF_TENANTS.size());
    desired.add(
        new Identity(
            Purpose.NODE,
            null,
            names.policy(Purpose.NODE, null),
            names.account(Purpose.NODE, null),
            generator.forNode()));
    tenants.forEach(
        (tenant, active) -> {
          for (Purpose purpose : Purpose.OF_TENANTS) {
            desired.add(
                new Identity(
                    purpose,
                    tenant,
                    names.policy(purpose, tenant),
                    names.account(purpose, tenant),
                    active ? generator.forTenant(tenant, purpose) : generator.forNobody()));
          }
        });
    return desired;
  }

  /**
   * Compares with what the store has.
   *
   * @param policies all of the store: name to JSON
   * @param accounts all of the store: access key to account
   * @param rotate which identities get a new secret
   */
  SyncPlan plan(
      List<Identity> desired,
      Map<String, String> policies,
      Map<String, Account> accounts,
      Predicate<Identity> rotate) {
    List<SyncStep> steps = new ArrayList<>();
    List<String> disabled = new ArrayList<>();
    Set<String> wanted = new HashSet<>();
    for (Identity each : desired) {
      if (!wanted.add(each.policy()) || !wanted.add(each.account())) {
        throw new IllegalStateException("two identities have one name: " + each.label());
      }
      String policy = policies.get(each.policy());
      if (policy == null || !each.document().meansTheSameAs(policy)) {
        Kind kind = policy == null ? Kind.CREATE_POLICY : Kind.UPDATE_POLICY;
        steps.add(new SyncStep(kind, each.policy(), "", each.label()));
      }
      planAccount(each, accounts.get(each.account()), rotate, steps, disabled);
    }
    for (String account : accounts.keySet()) {
      if (names.ownsAccount(account) && !wanted.contains(account)) {
        steps.add(new SyncStep(Kind.REMOVE_ACCOUNT, account, "", account));
      }
    }
    for (String policy : policies.keySet()) {
      if (names.ownsPolicy(policy) && !wanted.contains(policy)) {
        steps.add(new SyncStep(Kind.REMOVE_POLICY, policy, "", policy));
      }
    }
    return new SyncPlan(steps, desired.size(), desired.size(), disabled);
  }

  private static void planAccount(
      Identity each,
      @Nullable Account account,
      Predicate<Identity> rotate,
      List<SyncStep> steps,
      List<String> disabled) {
    // Nothing of ours is in a group; the client can take no member out of one but by removing it.
    boolean grouped = account != null && account.enabled() && account.grouped();
    if (account == null) {
      steps.add(new SyncStep(Kind.CREATE_ACCOUNT, each.account(), "", each.label()));
    } else if (grouped) {
      steps.add(new SyncStep(Kind.RECREATE_ACCOUNT, each.account(), "", each.label()));
    } else if (account.enabled() && rotate.test(each)) {
      // Of a disabled one it would be the enabling.
      steps.add(new SyncStep(Kind.ROTATE_SECRET, each.account(), "", each.label()));
    }
    if (account != null && !account.enabled()) {
      disabled.add(each.label());
    }
    if (account == null || grouped || !account.policies().equals(each.policy())) {
      steps.add(new SyncStep(Kind.ATTACH_POLICY, each.account(), each.policy(), each.label()));
    }
  }

  /** Is told what is about to be done, which it may refuse by throwing, and how it ended. */
  interface Observer {
    void begins(SyncStep step);

    void ended(SyncStep step, boolean succeeded);
  }

  /**
   * Carries a plan out. If it fails midway, the next synchronization goes on.
   *
   * @param observer of each step
   * @param credentials keeps a new secret, before the store learns it
   */
  void apply(
      List<Identity> desired, SyncPlan plan, Observer observer, CredentialsFolder credentials) {
    Map<String, Identity> byName = new HashMap<>();
    for (Identity each : desired) {
      byName.put(each.policy(), each);
      byName.put(each.account(), each);
    }
    for (SyncStep step : plan.steps()) {
      observer.begins(step);
      boolean succeeded = false;
      try {
        carryOut(step, byName.get(step.name()), credentials);
        succeeded = true;
      } finally {
        observer.ended(step, succeeded);
      }
    }
  }

  private void carryOut(SyncStep step, @Nullable Identity identity, CredentialsFolder credentials) {
    switch (step.kind()) {
      case CREATE_POLICY, UPDATE_POLICY ->
          identities.putPolicy(step.name(), required(identity).document());
      case CREATE_ACCOUNT, RECREATE_ACCOUNT, ROTATE_SECRET -> {
        String secret = newSecret();
        credentials.write(required(identity), secret);
        if (step.kind() == Kind.RECREATE_ACCOUNT) {
          identities.removeAccount(step.name());
        }
        identities.putAccount(step.name(), secret);
      }
      case ATTACH_POLICY -> identities.attach(step.name(), step.policy());
      case REMOVE_ACCOUNT -> identities.removeAccount(step.name());
      case REMOVE_POLICY -> identities.removePolicy(step.name());
    }
  }

  private static Identity required(@Nullable Identity identity) {
    if (identity == null) {
      throw new IllegalStateException("the plan is of other identities");
    }
    return identity;
  }

  private String newSecret() {
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
  }
}
