package io.akidb.diskann;

/**
 * How to search.
 *
 * @param k how many to answer, 1 to {@value #K_MAX}
 * @param searchListSize L, how many candidates the walk keeps; at least {@code k} is used. Where
 *     estimates tell, it keeps half as many again, and ends when the rest is too far
 * @param beamWidth W, node reads in flight at once, 1 to 64
 * @param rerank how many of the best candidates are compared by their full vectors; 0 for all that
 *     the walk expanded
 * @param radius answer nothing farther than this distance; NaN for no bound
 */
public record SearchParameters(int k, int searchListSize, int beamWidth, int rerank, float radius) {
  /** The largest k. */
  public static final int K_MAX = 16_384;

  /** The largest list. */
  public static final int LIST_SIZE_MAX = 65_536;

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException naming the parameter that is out of bounds
   */
  public SearchParameters {
    require(k >= 1 && k <= K_MAX, "k must be 1 to " + K_MAX);
    require(
        searchListSize >= 1 && searchListSize <= LIST_SIZE_MAX,
        "searchListSize must be 1 to " + LIST_SIZE_MAX);
    require(beamWidth >= 1 && beamWidth <= 64, "beamWidth must be 1 to 64");
    require(rerank >= 0, "rerank must not be negative");
  }

  /** What serves every data set at a recall of 0.95 and more for k = 10. */
  public static SearchParameters defaults(int k) {
    return new SearchParameters(k, Math.min(LIST_SIZE_MAX, Math.max(100, 2 * k)), 4, 0, Float.NaN);
  }

  /** These, with another list size. */
  public SearchParameters withSearchListSize(int size) {
    return new SearchParameters(k, size, beamWidth, rerank, radius);
  }

  /** These, with a radius. */
  public SearchParameters withRadius(float distance) {
    return new SearchParameters(k, searchListSize, beamWidth, rerank, distance);
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }
}
