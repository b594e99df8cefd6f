package io.akidb.tenancy;

import java.time.Duration;

/**
 * How long tenants stay in the states that pass by themselves.
 *
 * @param retention how long a deleted tenant can be restored
 * @param creationGrace how long a creation may take before it is taken for abandoned
 * @param lateWrites how long a purge goes on looking for what a job that nobody stopped still
 *     writes
 */
public record LifecycleConfig(Duration retention, Duration creationGrace, Duration lateWrites) {
  /** Thirty days, a minute, an hour. */
  public static final LifecycleConfig DEFAULT =
      new LifecycleConfig(Duration.ofDays(30), Duration.ofMinutes(1), Duration.ofHours(1));

  /**
   * Checks that nothing is negative.
   *
   * @throws IllegalArgumentException otherwise
   */
  public LifecycleConfig {
    if (retention.isNegative() || creationGrace.isNegative() || lateWrites.isNegative()) {
      throw new IllegalArgumentException("a duration must not be negative");
    }
  }
}
