package io.akidb.catalog;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * What is handed in: time, randomness, waiting. Safe for many threads at once if its parts are.
 *
 * @param random 64 random bits a call
 */
record Surroundings(Clock clock, LongSupplier random, Pause pause) {
  private static final long BACKOFF_MILLIS_MIN = 4;
  private static final long BACKOFF_MILLIS_MAX = 512;

  static Surroundings of(Clock clock) {
    SecureRandom random = new SecureRandom();
    return new Surroundings(clock, random::nextLong, Pause.SLEEP);
  }

  /** Now, in the microseconds that the formats keep. */
  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  /** A version 4 UUID. */
  UUID randomId() {
    long high = (random.getAsLong() & ~0xF000L) | 0x4000L;
    long low = (random.getAsLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low);
  }

  /**
   * Waits before the next attempt: exponential with full jitter, at most half a second.
   *
   * @param attempt from 0 on
   * @return false if the thread was interrupted, whose flag is then set
   */
  boolean backOff(int attempt) {
    long most = Math.min(BACKOFF_MILLIS_MAX, BACKOFF_MILLIS_MIN << Math.min(attempt, 16));
    long millis = Math.floorMod(random.getAsLong(), most) + 1;
    try {
      pause.pause(Duration.ofMillis(millis));
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
