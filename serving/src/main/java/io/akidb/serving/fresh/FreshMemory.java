package io.akidb.serving.fresh;

import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.TenantId;

/** One tenant's part of the memory for fresh tiers. Thread-safe. */
public final class FreshMemory {
  private static final int RETRY_AFTER_SECS = 15;

  private final FreshBudget budget;
  private final TenantId tenant;

  FreshMemory(FreshBudget budget, TenantId tenant) {
    this.budget = budget;
    this.tenant = tenant;
  }

  /** Memory that is set apart until it is closed. */
  public interface Reserved extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Refuses when so many bytes would not fit.
   *
   * @throws ServingException BUILD_NEEDED
   */
  public void requireRoomFor(long bytes) {
    if (!budget.fits(bytes)) {
      throw full("have reached this node's memory for them");
    }
    if (!budget.fitsShare(tenant, bytes)) {
      throw full("have reached this tenant's share of the node's memory for them");
    }
  }

  private static ServingException full(String what) {
    return ServingException.retryAfter(
        Reason.BUILD_NEEDED,
        "the vectors that are not in an index yet "
            + what
            + "; build the index (POST .../index), then try again",
        RETRY_AFTER_SECS);
  }

  /**
   * Sets bytes apart for rows on their way, so that those that are on their way at once fit
   * together.
   *
   * @param most what there has to be room for
   * @param kept what is set apart
   * @throws ServingException BUILD_NEEDED
   */
  public Reserved reserve(long most, long kept) {
    take(kept);
    try {
      requireRoomFor(most - kept);
    } catch (ServingException e) {
      give(kept);
      throw e;
    }
    return () -> give(kept);
  }

  void take(long bytes) {
    budget.take(tenant, bytes);
  }

  void give(long bytes) {
    budget.give(tenant, bytes);
  }
}
