package io.akidb.serving;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether the bucket answers, looked up at most once a second however often anybody asks: health is
 * open to whoever reaches the port, and each look costs a call of the object store. Thread-safe.
 */
final class Readiness implements BooleanSupplier {
  static final long TRUST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private record Seen(boolean ready, long at) {}

  private final BooleanSupplier look;
  private final LongSupplier nanoTime;
  private final ReentrantLock looking = new ReentrantLock();
  private volatile @Nullable Seen last;

  /**
   * Nothing known yet.
   *
   * @param look asks the bucket
   * @param nanoTime as {@link System#nanoTime}
   */
  Readiness(BooleanSupplier look, LongSupplier nanoTime) {
    this.look = look;
    this.nanoTime = nanoTime;
  }

  @Override
  public boolean getAsBoolean() {
    Seen known = last;
    if (known == null) {
      looking.lock();
    } else if (isFresh(known) || !looking.tryLock()) {
      // While somebody looks, the others are told what was seen last rather than wait.
      return known.ready();
    }
    try {
      Seen meanwhile = last;
      if (meanwhile != null && isFresh(meanwhile)) {
        return meanwhile.ready();
      }
      boolean ready = look.getAsBoolean();
      last = new Seen(ready, nanoTime.getAsLong());
      return ready;
    } finally {
      looking.unlock();
    }
  }

  private boolean isFresh(Seen seen) {
    return nanoTime.getAsLong() - seen.at() < TRUST_NANOS;
  }
}
