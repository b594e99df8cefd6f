package io.akidb.policies.storage;

import java.util.Comparator;
import java.util.List;

/**
 * What a synchronization is to change, in order.
 *
 * @param steps the changes
 * @param policies how many policies the store is to have
 * @param accounts how many accounts it is to have
 * @param disabled labels of those whose account somebody disabled in the store, which is left so
 */
record SyncPlan(List<SyncStep> steps, int policies, int accounts, List<String> disabled) {
  SyncPlan {
    steps =
        steps.stream()
            .sorted(Comparator.comparing(SyncStep::kind).thenComparing(SyncStep::name))
            .toList();
    disabled = List.copyOf(disabled);
  }

  boolean makesSecrets() {
    return steps.stream().anyMatch(step -> step.kind().makesSecret());
  }
}
