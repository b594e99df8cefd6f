package io.akidb.tenancy.rate;

import io.akidb.tenancy.rate.LeaseSource.Answer;
import io.akidb.tenancy.rate.LeaseSource.Ask;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * This node's part of a bucket that nodes share: tokens that it took in advance, in batches. The
 * next batch is twice as large if the last one was used up quickly, half as large if some of it was
 * left over, and never more than what comes in a twentieth of a second.
 *
 * <p>A lease ends after {@value #LEASE_MILLIS} ms, whatever is left of it. So each token is used
 * little later than it was counted, and how many nodes hold some has no effect on the sum.
 *
 * <p>Thread-safe.
 */
final class LeasedBucket {
  static final long LEASE_MILLIS = 100;

  /** After an answer that the bucket is empty, it is asked no more for so long at least. */
  static final long PAUSE_MILLIS = 5;

  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final long LEASE_NANOS = LEASE_MILLIS * NANOS_PER_MILLI;
  private static final int BATCHES_A_SECOND = 20;

  /**
   * What a call is told.
   *
   * @param outcome whether it has a token
   * @param remaining whole tokens that are left, here and in the shared bucket
   * @param nanosToNext until a token may be there; 0 if one is
   * @param nanosToFull until the shared bucket is full
   * @param isLow whether it is time to ask for more
   */
  record Step(Outcome outcome, long remaining, long nanosToNext, long nanosToFull, boolean isLow) {}

  /** Of a call. */
  enum Outcome {
    /** It has a token. */
    TAKEN,
    /** No node has one for it. */
    EMPTY,
    /** This node has none for it; the shared bucket may. */
    UNKNOWN
  }

  /**
   * An exchange that is under way.
   *
   * @param answer whether there was one
   * @param isNew whether the caller has to see to it
   */
  record Round(CompletableFuture<Boolean> answer, boolean isNew) {}

  private final String name;
  private int limit = 1;
  private long tokens;
  private long batch = 1;
  private long leasedAt;
  private long askedAt;
  private long asked;
  private long left;
  private long answeredAt;
  private boolean isEmpty;
  private long emptyUntil;
  private int waiting;
  private @Nullable CompletableFuture<Boolean> round;

  /**
   * Without tokens.
   *
   * @param name the same on all nodes
   */
  LeasedBucket(String name) {
    this.name = name;
  }

  /**
   * Takes a token, if this node has one.
   *
   * @param perSecond tokens that come in a second, over all nodes, and most at once
   * @param now of a clock that never goes back, in nanoseconds
   */
  synchronized Step take(int perSecond, long now) {
    if (perSecond != limit) {
      limit = perSecond;
      isEmpty = false;
      tokens = Math.min(tokens, perSecond);
      batch = Math.min(batch, batchMax());
    }
    if (tokens > 0 && now - leasedAt > LEASE_NANOS) {
      tokens = 0;
      batch = Math.max(1, batch / 2);
    }
    if (tokens > 0) {
      tokens--;
      boolean isLow = tokens < batch / 2 && !knownEmpty(now);
      return step(Outcome.TAKEN, now, isLow);
    }
    return step(knownEmpty(now) ? Outcome.EMPTY : Outcome.UNKNOWN, now, false);
  }

  private Step step(Outcome outcome, long now, boolean isLow) {
    double since = Math.min(NANOS_PER_SECOND, Math.max(0, now - answeredAt));
    double shared = Math.min(limit, left + since * limit / NANOS_PER_SECOND);
    long remaining = outcome == Outcome.TAKEN ? Math.min(limit, tokens + (long) shared) : 0;
    long toNext = outcome == Outcome.TAKEN ? 0 : Math.max(1, emptyUntil - now);
    double missing = Math.max(0, limit - shared - tokens);
    long toFull = (long) (missing * NANOS_PER_SECOND / limit);
    return new Step(outcome, remaining, toNext, toFull, isLow);
  }

  private boolean knownEmpty(long now) {
    return isEmpty && emptyUntil - now > 0;
  }

  private long batchMax() {
    return Math.max(1, limit / BATCHES_A_SECOND);
  }

  /** The exchange that is under way, or a new one. */
  synchronized Round round() {
    CompletableFuture<Boolean> current = round;
    if (current != null) {
      return new Round(current, false);
    }
    current = new CompletableFuture<>();
    round = current;
    return new Round(current, true);
  }

  /** A call that waits for the answer; to be taken back by {@link #stopWaiting}. */
  synchronized void startWaiting() {
    waiting++;
  }

  /** It does not wait any longer. */
  synchronized void stopWaiting() {
    waiting--;
  }

  /** What to ask for now: a token for each call that waits, and a batch. */
  synchronized Ask ask(long now) {
    if (now - leasedAt < LEASE_NANOS / 4) {
      batch = Math.min(batch * 2, batchMax());
    }
    askedAt = now;
    // Nothing in advance for calls that come seldom: it would end unused.
    long ahead = batch > 1 ? Math.max(0, batch - tokens) : 0;
    asked = Math.max(1, ahead + waiting);
    return new Ask(name, limit, asked);
  }

  /** Takes over the answer, and tells whoever waits for it. */
  void answered(Answer answer, long now) {
    CompletableFuture<Boolean> over;
    synchronized (this) {
      if (answer.granted() > 0) {
        tokens += answer.granted();
        leasedAt = askedAt;
      }
      left = answer.left();
      answeredAt = now;
      isEmpty = answer.granted() < asked;
      emptyUntil = now + Math.max(PAUSE_MILLIS * NANOS_PER_MILLI, answer.microsToNext() * 1_000);
      over = round;
      round = null;
    }
    if (over != null) {
      over.complete(true);
    }
  }

  /** There was no answer. */
  void failed() {
    CompletableFuture<Boolean> over;
    synchronized (this) {
      over = round;
      round = null;
    }
    if (over != null) {
      over.complete(false);
    }
  }
}
