package io.akidb.catalog;

import java.time.Duration;

/**
 * What garbage collection spares.
 *
 * @param keepGenerations the newest generations, the head included, at least 1
 * @param grace nothing younger is deleted, and no generation that was the head within it; at least
 *     {@link #GRACE_MIN}, so that an upload is committed, and a build shows life, well before
 */
public record Retention(int keepGenerations, Duration grace) {
  /** The shortest grace. */
  public static final Duration GRACE_MIN = Duration.ofHours(1);

  /** Checks the numbers. */
  public Retention {
    if (keepGenerations < 1 || grace.compareTo(GRACE_MIN) < 0) {
      throw new IllegalArgumentException(
          "keep at least 1 generation, and a grace of at least " + GRACE_MIN);
    }
  }
}
