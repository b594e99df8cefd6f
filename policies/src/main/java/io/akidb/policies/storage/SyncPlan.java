package io.akidb.policies.storage;

import io.akidb.policies.storage.SyncStep.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a synchronization is to change. Immutable.
 *
 * @param steps the changes, sorted
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

  /**
   * The changes in groups, each of which may begin once all of the one before are done. A group's
   * elements do not depend on each other, the steps of one element do: a policy before it is
   * attached, and for nobody who still uses it is one removed.
   */
  List<List<List<SyncStep>>> groups() {
    Map<String, List<SyncStep>> made = new TreeMap<>();
    List<List<SyncStep>> accounts = new ArrayList<>();
    List<List<SyncStep>> policies = new ArrayList<>();
    for (SyncStep step : steps) {
      if (step.kind().removes()) {
        (step.kind() == Kind.REMOVE_ACCOUNT ? accounts : policies).add(List.of(step));
      } else {
        made.computeIfAbsent(step.label(), label -> new ArrayList<>()).add(step);
      }
    }
    return List.of(repairsFirst(made.values()), accounts, policies);
  }

  // A suspension is an update, and does not wait for what may take minutes.
  private static List<List<SyncStep>> repairsFirst(Collection<List<SyncStep>> made) {
    Comparator<List<SyncStep>> order =
        Comparator.comparing(each -> each.get(0).kind() != Kind.UPDATE_POLICY);
    return made.stream().sorted(order).toList();
  }
}
