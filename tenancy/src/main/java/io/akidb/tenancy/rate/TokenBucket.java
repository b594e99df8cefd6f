package io.akidb.tenancy.rate;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A token bucket as a virtual schedule (the generic cell rate algorithm, ITU-T I.371): one number,
 * the time at which the bucket will be full again, replaced by compare-and-swap. A rate may change
 * from call to call. Thread-safe, without locks.
 */
public final class TokenBucket {
  private static final double NANOS_PER_SECOND = 1e9;

  /**
   * What a bucket says to one call.
   *
   * @param taken whether there was a token, which is now gone
   * @param remaining whole tokens that are left
   * @param nanosToNext until a token is there; 0 if one is left
   * @param nanosToFull until the bucket is full
   */
  public record Take(boolean taken, long remaining, long nanosToNext, long nanosToFull) {}

  private final AtomicLong fullAt;

  /**
   * A full bucket.
   *
   * @param now of a clock that never goes back, in nanoseconds
   */
  public TokenBucket(long now) {
    this.fullAt = new AtomicLong(now);
  }

  /**
   * Takes a token, if there is one.
   *
   * @param perSecond tokens that come in a second; positive
   * @param capacity most tokens at once; at least 1
   * @param now of the same clock
   */
  public Take take(double perSecond, double capacity, long now) {
    double nanosPerToken = NANOS_PER_SECOND / perSecond;
    long span = (long) (nanosPerToken * capacity);
    long cost = (long) nanosPerToken;
    while (true) {
      long seen = fullAt.get();
      // Differences, because the clock's numbers may overflow. A rate that was raised since must
      // not let the caller pay the old rate's debt.
      long debt = Math.min(Math.max(0, seen - now), span);
      long after = debt + cost;
      if (after > span) {
        return new Take(false, 0, after - span, debt);
      }
      if (fullAt.compareAndSet(seen, now + after)) {
        long free = span - after;
        long remaining = cost == 0 ? Long.MAX_VALUE : free / cost;
        return new Take(true, remaining, remaining > 0 ? 0 : cost - free, after);
      }
    }
  }
}
