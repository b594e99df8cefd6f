package io.akidb.policies.audit;

import java.time.Duration;

/**
 * The bounds of a log.
 *
 * @param queueMax events that wait to be written; one more is refused
 * @param batchEventsMax events of one batch
 * @param linger how long an event for which nobody waits may wait for others
 * @param waitMax how long a caller waits until its event is on record
 * @param retryPause between two tries to write a batch
 * @param witnessInterval how often a process that lives puts on record how far all chains have
 *     come, if any has grown
 */
public record AuditConfig(
    int queueMax,
    int batchEventsMax,
    Duration linger,
    Duration waitMax,
    Duration retryPause,
    Duration witnessInterval) {
  /** What a node takes. */
  public static final AuditConfig USUAL =
      new AuditConfig(
          10_000,
          1_000,
          Duration.ofMillis(500),
          Duration.ofSeconds(10),
          Duration.ofSeconds(1),
          Duration.ofMinutes(5));

  /**
   * Checks.
   *
   * @throws InvalidAuditRequestException naming the bound that is none
   */
  public AuditConfig {
    if (queueMax < 1 || batchEventsMax < 1) {
      throw new InvalidAuditRequestException(
          "queueMax", "queueMax and batchEventsMax must be 1 or more");
    }
    if (witnessInterval.isNegative() || witnessInterval.isZero()) {
      throw new InvalidAuditRequestException("witnessInterval", "witnessInterval must be positive");
    }
    if (linger.isNegative() || waitMax.isNegative() || retryPause.isNegative()) {
      throw new InvalidAuditRequestException("linger", "a duration must not be negative");
    }
  }
}
