package io.akidb.catalog;

import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Hands out orders for records that bring none of their own. Safe for many threads at once. */
public final class OrderClock {
  private final Clock clock;
  private final AtomicLong last = new AtomicLong(-1);

  /** Follows {@code clock}. */
  public OrderClock(Clock clock) {
    this.clock = clock;
  }

  /**
   * The microseconds since the epoch, or more: greater than {@code atLeast} and than everything
   * this clock answered before.
   */
  public long next(long atLeast) {
    Instant now = clock.instant();
    long micros = now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    return last.updateAndGet(
        previous -> Math.max(micros, Math.addExact(Math.max(previous, atLeast), 1)));
  }
}
