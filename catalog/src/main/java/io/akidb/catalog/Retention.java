package io.akidb.catalog;

import java.time.Duration;

/**
 * What garbage collection spares.
 *
 * @param keepGenerations the newest generations, the head included, at least 1
 * @param grace nothing younger is deleted, and no generation that was the head within it
 */
public record Retention(int keepGenerations, Duration grace) {
  /** Checks the numbers. */
  public Retention {
    if (keepGenerations < 1 || grace.isNegative()) {
      throw new IllegalArgumentException("keep at least 1 generation, and a grace of 0 or more");
    }
  }
}
