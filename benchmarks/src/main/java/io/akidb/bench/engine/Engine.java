package io.akidb.bench.engine;

import io.akidb.bench.data.PreparedData;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A library. What it builds it may search in several modes. Stateless. */
public interface Engine {
  /** How it is called. */
  String name();

  /** Its version and how it is used, for the report. */
  String description();

  /** In how many ways it can search what it built, the best known first. */
  List<String> modes();

  /**
   * Builds for all modes into a folder that is empty.
   *
   * @param threads as many as may be used
   * @return the cost by mode; what modes share is in each
   */
  Map<String, BuildCost> build(PreparedData data, Path folder, int threads);

  /** Lengths of the candidate list to try in each mode, ascending. */
  default List<Integer> parameters() {
    return List.of(
        10, 12, 14, 17, 20, 24, 28, 34, 40, 48, 57, 68, 80, 96, 114, 136, 160, 200, 250, 320, 400,
        500, 700, 1000);
  }

  /** Opens what was built. */
  Searcher open(PreparedData.Meta data, Path folder, String mode);
}
