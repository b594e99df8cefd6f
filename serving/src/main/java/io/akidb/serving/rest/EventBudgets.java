package io.akidb.serving.rest;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Scheduler;
import com.github.benmanes.caffeine.cache.Ticker;
import io.akidb.policies.audit.Outcome;
import io.akidb.tenancy.TenantId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Lets so many events of a kind be recorded in a minute of each tenant's callers, of callers
 * without a tenant, and of strangers, and tells at the end of the minute how many more there were:
 * so that a flood cannot fill the bucket, and one tenant's cannot hide another's. Thread-safe.
 */
final class EventBudgets implements AutoCloseable {
  static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int WINDOWS_MAX = 10_000;

  /**
   * Who shares a budget.
   *
   * @param outcome of the events
   * @param tenant null for callers without one
   */
  record Whose(Outcome outcome, @Nullable TenantId tenant) {}

  /** Is told how many events of a window were not recorded, if any. */
  @FunctionalInterface
  interface Report {
    void unrecorded(Whose whose, long count);
  }

  private final int max;
  private final Cache<Whose, Long> counts;

  /**
   * Makes full budgets.
   *
   * @param max events of each window
   * @param scheduler ends a window in time even if no other event comes
   */
  EventBudgets(int max, Ticker ticker, Scheduler scheduler, Report report) {
    this.max = max;
    this.counts =
        Caffeine.newBuilder()
            .maximumSize(WINDOWS_MAX)
            .ticker(ticker)
            .scheduler(scheduler)
            .executor(Runnable::run)
            // From the first event on, whatever comes after it.
            .expireAfter(Expiry.<Whose, Long>creating((whose, count) -> WINDOW))
            .removalListener(
                (@Nullable Whose whose, @Nullable Long count, RemovalCause cause) -> {
                  if (whose != null
                      && count != null
                      && count > max
                      && cause != RemovalCause.REPLACED) {
                    report.unrecorded(whose, count - max);
                  }
                })
            .build();
  }

  /** Counts an event; false if it is not to be recorded by itself. */
  boolean admit(Whose whose) {
    return counts.asMap().merge(whose, 1L, Long::sum) <= max;
  }

  /** Ends the windows that are due. */
  void expire() {
    counts.cleanUp();
  }

  /** Ends all windows. */
  @Override
  public void close() {
    counts.invalidateAll();
    counts.cleanUp();
  }
}
