package io.akidb.catalog;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Requests for builds of one collection. Safe for many threads at once. */
public final class BuildRequests {
  BuildRequests() {}

  /** Asks for a build. */
  public BuildRequest request(IndexParameters parameters) {
    throw new UnsupportedOperationException();
  }

  /** A request, or empty. */
  public Optional<BuildRequest> get(UUID buildId) {
    throw new UnsupportedOperationException();
  }

  /** The newest request, or empty. */
  public Optional<BuildRequest> latest() {
    throw new UnsupportedOperationException();
  }

  /**
   * Requests that somebody may take now: pending ones and those whose lease ran out; oldest first.
   */
  public List<BuildRequest> pending() {
    throw new UnsupportedOperationException();
  }

  /** Takes a request for a while, or answers empty when it is taken or finished. */
  public Optional<BuildRequest> lease(UUID buildId, String owner, Duration ttl) {
    throw new UnsupportedOperationException();
  }

  /**
   * Says how far the build is, and renews the lease for as long as it was taken.
   *
   * @throws LeaseLostException if somebody else has it
   */
  public BuildRequest progress(BuildRequest leased, double fraction, String phase) {
    throw new UnsupportedOperationException();
  }

  /**
   * Ends a build whose index was published.
   *
   * @throws LeaseLostException if somebody else has it
   */
  public BuildRequest complete(BuildRequest leased) {
    throw new UnsupportedOperationException();
  }

  /**
   * Ends a build without an index.
   *
   * @throws LeaseLostException if somebody else has it
   */
  public BuildRequest fail(BuildRequest leased, String error) {
    throw new UnsupportedOperationException();
  }
}
