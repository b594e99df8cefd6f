package io.akidb.build;

import io.akidb.catalog.BuildRequest;
import io.akidb.catalog.BuildRequests;
import io.akidb.catalog.LeaseLostException;

/**
 * The right to build, renewed while the build runs. Thread-safe: a heartbeat renews it while the
 * build goes on.
 */
final class BuildLease {
  private final BuildRequests requests;
  private BuildRequest held;
  private boolean lost;

  BuildLease(BuildRequests requests, BuildRequest held) {
    this.requests = requests;
    this.held = held;
  }

  /** What is built. */
  synchronized BuildRequest request() {
    return held;
  }

  /** Whether somebody else may have taken the build over. */
  synchronized boolean isLost() {
    return lost;
  }

  /**
   * Says how far the build is, and keeps the lease.
   *
   * @throws LeaseLostException if somebody else has it
   */
  synchronized void renew(JobProgress.Snapshot look) {
    keep(() -> requests.progress(held, look.fraction(), look.phase().label()));
  }

  /** Says that the index was published. */
  synchronized void complete() {
    keep(() -> requests.complete(held));
  }

  /** Says that the build ended without an index. */
  synchronized void fail(String error) {
    keep(() -> requests.fail(held, error));
  }

  private void keep(java.util.function.Supplier<BuildRequest> change) {
    try {
      held = change.get();
    } catch (LeaseLostException e) {
      lost = true;
      throw e;
    }
  }
}
