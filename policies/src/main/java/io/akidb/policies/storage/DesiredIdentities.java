package io.akidb.policies.storage;

import io.akidb.objectstore.BucketConfig;
import io.akidb.policies.storage.StorageIdentities.Account;
import io.akidb.policies.storage.SyncStep.Kind;
import io.akidb.tenancy.TenantId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a store's identities have to become to be in step with the tenants of a bucket: what is
 * missing is made, what was changed is repaired, what no tenant has any more is removed, and what
 * is not owned is not touched. Changes nothing itself. Immutable.
 */
final class DesiredIdentities {
  private final OwnedNames names;
  private final PolicyGenerator generator;

  DesiredIdentities(BucketConfig bucket) {
    this.names = new OwnedNames(bucket);
    this.generator = new PolicyGenerator(bucket);
  }

  /**
   * What the store is to have.
   *
   * @param tenants each with whether it may act
   */
  List<Identity> of(Map<TenantId, Boolean> tenants) {
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
        steps.add(step(kind, each.policy(), "", each));
      }
      planAccount(each, accounts.get(each.account()), rotate, steps, disabled);
    }
    for (String account : accounts.keySet()) {
      if (names.ownsAccount(account) && !wanted.contains(account)) {
        steps.add(new SyncStep(Kind.REMOVE_ACCOUNT, account, "", account, null));
      }
    }
    for (String policy : policies.keySet()) {
      if (names.ownsPolicy(policy) && !wanted.contains(policy)) {
        steps.add(new SyncStep(Kind.REMOVE_POLICY, policy, "", policy, null));
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
      steps.add(step(Kind.CREATE_ACCOUNT, each.account(), "", each));
    } else if (grouped) {
      steps.add(step(Kind.RECREATE_ACCOUNT, each.account(), "", each));
    } else if (account.enabled() && rotate.test(each)) {
      // Of a disabled one it would be the enabling.
      steps.add(step(Kind.ROTATE_SECRET, each.account(), "", each));
    }
    if (account != null && !account.enabled()) {
      disabled.add(each.label());
    }
    if (account == null || grouped || !account.policies().equals(each.policy())) {
      steps.add(step(Kind.ATTACH_POLICY, each.account(), each.policy(), each));
    }
  }

  private static SyncStep step(Kind kind, String name, String policy, Identity of) {
    return new SyncStep(kind, name, policy, of.label(), of.tenant());
  }
}
