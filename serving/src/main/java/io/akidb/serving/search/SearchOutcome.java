package io.akidb.serving.search;

import java.util.List;

/**
 * What a search found.
 *
 * @param hits nearest first, each id once
 * @param trace what it took
 */
public record SearchOutcome(List<Hit> hits, SearchTrace trace) {
  /** Copies the list. */
  public SearchOutcome {
    hits = List.copyOf(hits);
  }
}
