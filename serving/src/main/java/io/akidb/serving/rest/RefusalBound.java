package io.akidb.serving.rest;

import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Lets so many refusals a minute be recorded, and counts the others, so that a flood of them cannot
 * fill the bucket. Thread-safe.
 */
final class RefusalBound {
  private static final long MINUTE_NANOS = 60_000_000_000L;

  private final int max;
  private final LongSupplier nanos;
  private long startedAt;
  private int admitted;
  private long unrecorded;

  RefusalBound(int max, LongSupplier nanos) {
    this.max = max;
    this.nanos = nanos;
    this.startedAt = nanos.getAsLong();
  }

  /** Hands over how many were not recorded before this one, unless this one is not either. */
  void admit(LongConsumer recording) {
    long before;
    synchronized (this) {
      long now = nanos.getAsLong();
      if (now - startedAt >= MINUTE_NANOS) {
        startedAt = now;
        admitted = 0;
      }
      if (admitted == max) {
        unrecorded++;
        return;
      }
      admitted++;
      before = unrecorded;
      unrecorded = 0;
    }
    recording.accept(before);
  }
}
