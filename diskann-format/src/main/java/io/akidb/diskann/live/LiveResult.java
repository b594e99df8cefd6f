package io.akidb.diskann.live;

import io.akidb.diskann.SearchStatistics;
import java.util.List;

/**
 * Records, best first: what they were when the search ended.
 *
 * @param matches ascending by distance
 * @param statistics what it took
 */
public record LiveResult(List<Match> matches, SearchStatistics statistics) {
  /** Copies the list. */
  public LiveResult {
    matches = List.copyOf(matches);
  }

  /**
   * One of them.
   *
   * @param distance exact, by the metric of the index
   */
  public record Match(LiveRecord found, float distance) {}

  /** How many. */
  public int size() {
    return matches.size();
  }
}
