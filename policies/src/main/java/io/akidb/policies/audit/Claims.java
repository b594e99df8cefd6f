package io.akidb.policies.audit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What others tell of batches: each has to be met by the batch itself. For one thread. */
final class Claims {
  private final Map<String, List<Claim>> open = new HashMap<>();

  /**
   * One claim.
   *
   * @param link the batch
   * @param teller for people
   */
  record Claim(Link link, String teller) {}

  void add(Link link, String teller) {
    open.computeIfAbsent(id(link.chain(), link.number()), k -> new ArrayList<>(2))
        .add(new Claim(link, teller));
  }

  /** Meets the claims about a batch, and answers who told otherwise. */
  List<String> contradicting(Link link) {
    return meet(link.chain(), link.number()).stream()
        .filter(claim -> !claim.link().equals(link))
        .map(Claim::teller)
        .toList();
  }

  /** Takes away the claims about a batch that is there, whatever it is. */
  List<Claim> meet(String chain, long number) {
    List<Claim> met = open.remove(id(chain, number));
    return met == null ? List.of() : met;
  }

  /** One claim for each batch that was not there. */
  List<Claim> unmet() {
    return open.values().stream()
        .map(claims -> claims.get(0))
        .sorted(
            Comparator.comparing((Claim claim) -> claim.link().chain())
                .thenComparingLong(claim -> claim.link().number()))
        .toList();
  }

  private static String id(String chain, long number) {
    return chain + "/" + number;
  }
}
