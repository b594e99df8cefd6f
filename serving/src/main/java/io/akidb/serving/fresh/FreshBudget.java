package io.akidb.serving.fresh;

import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.util.concurrent.atomic.AtomicLong;

/** How much memory the fresh tiers of all collections may take together. Thread-safe. */
public final class FreshBudget {
  private static final int RETRY_AFTER_SECS = 15;

  private final long bytesMax;
  private final AtomicLong used = new AtomicLong();

  /** Of so many bytes. */
  public FreshBudget(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Bytes in use. */
  public long used() {
    return used.get();
  }

  /** Whether nothing more fits. */
  public boolean isExhausted() {
    return used.get() >= bytesMax;
  }

  /**
   * Refuses when so many bytes would not fit.
   *
   * @throws ServingException BUILD_NEEDED
   */
  public void requireRoomFor(long bytes) {
    if (used.get() + bytes > bytesMax) {
      throw ServingException.retryAfter(
          Reason.BUILD_NEEDED,
          "the vectors that are not in an index yet have reached this node's memory for them;"
              + " build the index (POST .../index), then try again",
          RETRY_AFTER_SECS);
    }
  }

  void take(long bytes) {
    used.addAndGet(bytes);
  }

  void give(long bytes) {
    used.addAndGet(-bytes);
  }
}
