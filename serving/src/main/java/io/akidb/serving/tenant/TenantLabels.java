package io.akidb.serving.tenant;

import io.akidb.tenancy.TenantId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which tenants have a label of their own in metrics: a bounded number, the busiest, and all others
 * are {@value #OTHER}. Who has one keeps it until somebody else makes more than twice as many calls
 * between two reviews, so that series are long and no counter ever goes back. For one thread at a
 * time.
 */
final class TenantLabels {
  static final String OTHER = "other";

  // How many of the others are told apart between two reviews, for each label.
  private static final int OTHERS_FACTOR = 10;

  private final int max;
  private final Map<TenantId, Long> own = new HashMap<>();
  private final Map<TenantId, Long> others = new HashMap<>();

  /**
   * Nobody has a label yet.
   *
   * @param max labels, besides the one of the others
   */
  TenantLabels(int max) {
    this.max = max;
  }

  /**
   * Counts a call, and answers its label. The first callers get labels as long as there are any.
   */
  String count(TenantId tenant) {
    if (own.computeIfPresent(tenant, (id, calls) -> calls + 1) != null) {
      return tenant.value();
    }
    if (own.size() < max) {
      own.put(tenant, 1L);
      return tenant.value();
    }
    if (others.containsKey(tenant) || others.size() < OTHERS_FACTOR * max) {
      others.merge(tenant, 1L, Long::sum);
    }
    return OTHER;
  }

  /** The label that a tenant has now. */
  String of(TenantId tenant) {
    return own.containsKey(tenant) ? tenant.value() : OTHER;
  }

  /**
   * Gives labels to those that were much busier than others which have one, and starts to count
   * anew.
   *
   * @return the tenants that have no label any more
   */
  List<TenantId> review() {
    Comparator<Map.Entry<TenantId, Long>> byCalls =
        Map.Entry.<TenantId, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey());
    List<Map.Entry<TenantId, Long>> idlest = own.entrySet().stream().sorted(byCalls).toList();
    List<Map.Entry<TenantId, Long>> busiest =
        others.entrySet().stream().sorted(byCalls.reversed()).toList();
    List<TenantId> dropped = new ArrayList<>();
    List<TenantId> risen = new ArrayList<>();
    for (int i = 0; i < Math.min(idlest.size(), busiest.size()); i++) {
      if (busiest.get(i).getValue() <= 2 * idlest.get(i).getValue()) {
        break;
      }
      dropped.add(idlest.get(i).getKey());
      risen.add(busiest.get(i).getKey());
    }
    dropped.forEach(own::remove);
    risen.forEach(tenant -> own.put(tenant, 0L));
    own.replaceAll((tenant, calls) -> 0L);
    others.clear();
    return dropped;
  }
}
