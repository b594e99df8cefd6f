package io.akidb.tenancy.rate;

import java.time.Duration;

/**
 * Whether a call may go on, and what its caller should know of the limit that is nearest.
 *
 * @param isAdmitted whether it may
 * @param scope whose limit it is
 * @param limitPerSecond calls a second, over all nodes
 * @param remaining calls that this node would admit now
 * @param untilFull until this node would admit as many as it ever does at once
 * @param retryAfter how long to wait before the next call; zero if it need not wait
 */
public record RateDecision(
    boolean isAdmitted,
    Scope scope,
    int limitPerSecond,
    long remaining,
    Duration untilFull,
    Duration retryAfter) {
  /** Whose limit. */
  public enum Scope {
    /** Of all of a tenant's keys together. */
    TENANT,
    /** Of one API key. */
    API_KEY
  }
}
