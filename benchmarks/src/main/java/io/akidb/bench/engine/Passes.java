package io.akidb.bench.engine;

import io.akidb.bench.measure.Recall;
import io.akidb.bench.measure.Trial;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;

/** Runs queries one after another on the calling thread and measures them. */
public final class Passes {
  /** How many neighbours are asked for. */
  public static final int K = 10;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final float[][] queries;
  private final int[][] found;
  private final int[] counts;
  private final long[] nanos;

  /** Of queries {@code [n][dimension]}. */
  public Passes(float[][] queries) {
    this.queries = queries;
    this.found = new int[queries.length][K];
    this.counts = new int[queries.length];
    this.nanos = new long[queries.length];
  }

  /**
   * Asks every query once.
   *
   * @param truth {@code [n][]} true neighbours, nearest first
   */
  public Trial run(Searcher searcher, int parameter, int[][] truth) {
    long cpuStart = THREADS.getCurrentThreadCpuTime();
    long start = System.nanoTime();
    long before = start;
    for (int q = 0; q < queries.length; q++) {
      counts[q] = searcher.search(queries[q], K, parameter, found[q]);
      long after = System.nanoTime();
      nanos[q] = after - before;
      before = after;
    }
    double wallSeconds = (before - start) / 1e9;
    double cpuSeconds = (THREADS.getCurrentThreadCpuTime() - cpuStart) / 1e9;
    Arrays.sort(nanos);
    return new Trial(
        parameter,
        Recall.of(found, counts, truth, K),
        queries.length / wallSeconds,
        queries.length / Math.max(1e-9, cpuSeconds),
        nanos[nanos.length / 2] / 1e3,
        nanos[(int) (nanos.length * 0.99)] / 1e3,
        Arrays.stream(counts).min().orElse(0));
  }
}
