package io.akidb.objectstore;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Calls a service again when that is safe and may help: a bounded number of times, within a bounded
 * time, after pauses that double and are drawn at random up to their length ("full jitter", M.
 * Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015), so that clients that
 * failed together do not come back together.
 *
 * <p>Safe for use by many threads if the handed-in random generator is.
 *
 * @param attemptsMax how often a call is tried, at least 1
 * @param pauseFirst bound of the first pause
 * @param pauseMax bound of every pause
 * @param budget no attempt starts later than this after the first
 */
record Retries(
    int attemptsMax,
    Duration pauseFirst,
    Duration pauseMax,
    Duration budget,
    Clock clock,
    RandomGenerator random,
    Sleeper sleeper) {

  /** Pauses pass in real time. */
  static final Sleeper THREAD_SLEEP =
      pause -> java.util.concurrent.TimeUnit.NANOSECONDS.sleep(pause.toNanos());

  /** How pauses pass. */
  interface Sleeper {
    void sleep(Duration pause) throws InterruptedException;
  }

  /** One call to the service. */
  interface Attempt<T> {
    T call() throws IOException, InterruptedException;
  }

  /** Looks whether a write whose answer was lost is there; answers what it would have answered. */
  interface Look<T> {
    Optional<T> find();
  }

  /** Calls something that changes nothing, or whose repetition changes nothing. */
  <T> T read(String what, Attempt<T> attempt) {
    Instant end = clock.instant().plus(budget);
    for (int tried = 1; ; tried++) {
      IOException failure;
      try {
        return attempt.call();
      } catch (IOException e) {
        failure = e;
      } catch (InterruptedException e) {
        throw interrupted(what, e);
      }
      if (!Failures.mayRetry(failure) || isLast(tried, end)) {
        throw Failures.translate(what, failure);
      }
      try {
        pause(tried);
      } catch (InterruptedException e) {
        throw interrupted(what, e);
      }
    }
  }

  /**
   * Calls something that writes. Repeating it must be harmless: either a second execution changes
   * nothing, or the service refuses it with "precondition failed" after the first one took effect.
   *
   * @param look called once if some attempt's answer was lost and a later one did not settle it
   * @throws OutcomeUnknownException if an answer was lost and nothing proves the write's effect
   */
  <T> T write(String what, Attempt<T> attempt, Look<T> look) {
    Instant end = clock.instant().plus(budget);
    boolean answerLost = false;
    for (int tried = 1; ; tried++) {
      Exception failure;
      boolean mayRetry = false;
      try {
        return attempt.call();
      } catch (IOException e) {
        failure = e;
        answerLost |= Failures.mayHaveHappened(e);
        mayRetry = Failures.mayRetry(e) && !isLast(tried, end);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        failure = e;
        answerLost = true;
      }
      if (mayRetry) {
        try {
          pause(tried);
          continue;
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      if (answerLost) {
        return settle(what, failure, look);
      }
      throw Failures.translate(what, (IOException) failure);
    }
  }

  private static <T> T settle(String what, Exception failure, Look<T> look) {
    ObjectStoreException unseen = null;
    if (!Thread.currentThread().isInterrupted()) {
      try {
        Optional<T> found = look.find();
        if (found.isPresent()) {
          return found.get();
        }
      } catch (ObjectStoreException e) {
        unseen = e;
      }
    }
    throw unknown(what, failure, unseen);
  }

  private static OutcomeUnknownException unknown(
      String what, Exception failure, @Nullable ObjectStoreException unseen) {
    OutcomeUnknownException unknown =
        new OutcomeUnknownException(
            what + ": the answer was lost, the write may or may not have happened", failure);
    if (unseen != null) {
      unknown.addSuppressed(unseen);
    }
    return unknown;
  }

  private boolean isLast(int tried, Instant end) {
    return tried >= attemptsMax || clock.instant().isAfter(end);
  }

  private void pause(int tried) throws InterruptedException {
    long most = pauseFirst.toNanos() << Math.min(tried - 1, 20);
    sleeper.sleep(Duration.ofNanos(random.nextLong(Math.min(most, pauseMax.toNanos()) + 1)));
  }

  private static StoreUnavailableException interrupted(String what, InterruptedException e) {
    Thread.currentThread().interrupt();
    return new StoreUnavailableException(what + ": interrupted", e);
  }
}
