package io.akidb.bench.tenants;

import java.util.Arrays;

/** How long calls took, in the order in which they were made. For one thread. */
public final class Latencies {
  private static final double NANOS_PER_MILLI = 1e6;

  private long[] nanos = new long[1024];
  private int count;

  void add(long taken) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = taken;
  }

  /** One call, in milliseconds; negative places count from the end. */
  double at(int place) {
    return nanos[place < 0 ? count + place : place] / NANOS_PER_MILLI;
  }

  int count() {
    return count;
  }

  /** A quantile in milliseconds, by nearest rank. */
  double quantile(double share) {
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(share * count) - 1;
    return sorted[Math.max(0, rank)] / NANOS_PER_MILLI;
  }

  /** The quantiles that a report shows. */
  Summary summary() {
    return new Summary(count, quantile(0.5), quantile(0.99), quantile(1));
  }

  /**
   * Quantiles.
   *
   * @param calls that were measured
   * @param p50Ms median
   * @param p99Ms what one call in a hundred exceeds
   * @param maxMs the slowest
   */
  public record Summary(int calls, double p50Ms, double p99Ms, double maxMs) {}
}
