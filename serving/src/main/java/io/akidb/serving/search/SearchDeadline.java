package io.akidb.serving.search;

import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * When a search must have ended: what one caller asks for must not keep a processor from all
 * others. Looked at between vectors and partitions, and at each row that a filter has to read.
 * Thread-safe.
 */
public final class SearchDeadline {
  private final Duration within;
  private final LongSupplier nanoTime;
  private final long began;

  /** Begins now. */
  public SearchDeadline(Duration within, LongSupplier nanoTime) {
    this.within = within;
    this.nanoTime = nanoTime;
    this.began = nanoTime.getAsLong();
  }

  /**
   * Goes on only if there is time left.
   *
   * @throws ServingException TOO_LARGE
   */
  public void check() {
    if (nanoTime.getAsLong() - began > within.toNanos()) {
      throw ServingException.of(
          Reason.TOO_LARGE,
          "the search took longer than the "
              + within.toSeconds()
              + " s it may take; declare the attributes that it filters by, or ask for fewer"
              + " vectors at once");
    }
  }
}
