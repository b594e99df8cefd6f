package io.akidb.bench.engine;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** An opened index. For one thread. */
public interface Searcher extends AutoCloseable {
  /** Which rows may be answered from now on; null for all. Its preparation is not timed. */
  void filter(@Nullable BitSet rows);

  /**
   * The nearest rows.
   *
   * @param query {@code [dimension]}
   * @param parameter how hard to look: the length of the engine's candidate list, at least k
   * @param into {@code [k]}, takes row numbers
   * @return how many were found
   */
  int search(float[] query, int k, int parameter, int[] into);

  @Override
  void close();
}
