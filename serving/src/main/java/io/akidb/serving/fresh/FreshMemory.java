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
   * Refuses when so many bytes would not fit, or would leave others too little.
   *
   * @param held what the same holds already
   * @throws ServingException BUILD_NEEDED
   */
  public void requireRoomFor(long bytes, long held) {
    requireFits(bytes, held);
    if (!budget.fitsShare(tenant, bytes)) {
      throw fullShare(bytes + held);
    }
  }

  /**
   * Refuses rows that were written already when they would not fit, or are more than any tenant may
   * have. They fitted its share when they were written: that others have taken more meanwhile is no
   * reason not to show them.
   *
   * @param held what the same holds already
   * @throws ServingException BUILD_NEEDED
   */
  public void requireRoomForWritten(long bytes, long held) {
    requireFits(bytes, held);
    if (!budget.couldHold(budget.usedBy(tenant) + bytes)) {
      throw fullShare(bytes + held);
    }
  }

  private void requireFits(long bytes, long held) {
    if (!budget.fits(bytes)) {
      throw full("have reached this node's memory for them", bytes + held);
    }
  }

  private static ServingException fullShare(long wanted) {
    return full("have reached this tenant's share of the node's memory for them", wanted);
  }

  private static ServingException full(String what, long wanted) {
    return ServingException.wanting(
        Reason.BUILD_NEEDED,
        "the vectors that are not in an index yet "
            + what
            + "; build the index (POST .../index), then try again",
        RETRY_AFTER_SECS,
        wanted);
  }

  /**
   * Sets bytes apart for rows on their way, so that those that are on their way at once fit
   * together.
   *
   * @param most what there has to be room for
   * @param kept what is set apart
   * @param held what the same holds already
   * @throws ServingException BUILD_NEEDED
   */
  public Reserved reserve(long most, long kept, long held) {
    take(kept);
    try {
      requireRoomFor(most - kept, kept + held);
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
