package io.akidb.bench.engine;

import org.jspecify.annotations.Nullable;

/**
 * A line that a worker reads: what it shall do next.
 *
 * @param action one of the constants
 * @param threads for {@link #BUILD}
 * @param mode for the others
 * @param parameter for the others
 * @param filter name of a filter of the data set, or null for none
 * @param millis for how long to repeat passes; at least one is made
 */
public record Ask(
    String action,
    int threads,
    @Nullable String mode,
    int parameter,
    @Nullable String filter,
    int millis) {
  /** Answers a {@link Description}. */
  public static final String DESCRIBE = "describe";

  /** Builds, and answers {@link BuildCost} by mode. */
  public static final String BUILD = "build";

  /** Searches, and answers a list of {@link io.akidb.bench.measure.Trial}. */
  public static final String PASS = "pass";

  /**
   * Searches with nothing of the index in the page cache, anew for each of the first queries, and
   * answers one {@link io.akidb.bench.measure.Trial}.
   */
  public static final String COLD = "cold";

  /**
   * What a worker says of its engine.
   *
   * @param engine its name
   * @param description version and settings
   * @param modes how it can be searched
   * @param parameters to try, ascending
   */
  public record Description(
      String engine,
      String description,
      java.util.List<String> modes,
      java.util.List<Integer> parameters) {}

  /** To describe. */
  public static Ask describe() {
    return new Ask(DESCRIBE, 0, null, 0, null, 0);
  }

  /** To build. */
  public static Ask build(int threads) {
    return new Ask(BUILD, threads, null, 0, null, 0);
  }

  /** To search from nothing. */
  public static Ask cold(String mode, int parameter) {
    return new Ask(COLD, 0, mode, parameter, null, 0);
  }

  /** To search. */
  public static Ask pass(String mode, int parameter, @Nullable String filter, int millis) {
    return new Ask(PASS, 0, mode, parameter, filter, millis);
  }
}
