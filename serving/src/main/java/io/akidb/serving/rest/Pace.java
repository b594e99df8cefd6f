package io.akidb.serving.rest;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Whether bytes come, or are read, at the least pace: how far they may be behind it is bounded
 * wherever in them, so that what went early is no excuse for dripping later. For one thread.
 */
final class Pace {
  /** The least pace. */
  static final long BYTES_PER_SECOND_MIN = 8 << 10;

  private final long patienceNanos;
  private final LongSupplier nanoTime;
  private long left;
  private long since;

  /**
   * From now on.
   *
   * @param patience how far they may be behind
   * @param nanoTime as {@link System#nanoTime}
   */
  Pace(Duration patience, LongSupplier nanoTime) {
    this.patienceNanos = patience.toNanos();
    this.nanoTime = nanoTime;
    this.left = patienceNanos;
    this.since = nanoTime.getAsLong();
  }

  /** Whether it is kept, once so many bytes more went. */
  boolean isKeptWith(int bytes) {
    long now = nanoTime.getAsLong();
    long worth = bytes * TimeUnit.SECONDS.toNanos(1) / BYTES_PER_SECOND_MIN;
    left = Math.min(left + worth - (now - since), patienceNanos);
    since = now;
    return left >= 0;
  }
}
