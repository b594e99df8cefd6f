package io.akidb.catalog;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request for a build and how far it is.
 *
 * @param buildId the build's id, and the folder of its shards
 * @param parameters what it shall be made with
 * @param state where it stands
 * @param progress 0 to 1
 * @param phase a word for people: what is being done
 * @param owner who holds the lease, or held it last
 * @param leaseId the lease itself: the same owner gets another one each time
 * @param leaseTtl by how much each sign of life renews it
 * @param requestedAt when it was asked for
 * @param updatedAt when the request was last written: the last sign of life of its builder
 * @param leaseUntil until when nobody else takes it
 * @param finishedAt when it became ready or failed
 * @param error why it failed
 */
public record BuildRequest(
    UUID buildId,
    IndexParameters parameters,
    State state,
    double progress,
    String phase,
    @Nullable String owner,
    @Nullable UUID leaseId,
    @Nullable Duration leaseTtl,
    Instant requestedAt,
    Instant updatedAt,
    @Nullable Instant leaseUntil,
    @Nullable Instant finishedAt,
    @Nullable String error) {
  /** Where a request stands. */
  public enum State {
    /** Nobody took it yet. */
    PENDING,
    /** Somebody has, or had, its lease. */
    BUILDING,
    /** Its index was published. */
    READY,
    /** It ended without an index. */
    FAILED;

    /** The name in JSON. */
    public String jsonName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether somebody may take it at a time: it is pending, or its lease ran out. */
  public boolean isFree(Instant now) {
    return !isFinished() && (leaseUntil == null || !leaseUntil.isAfter(now));
  }

  /** Whether it ended. */
  public boolean isFinished() {
    return state == State.READY || state == State.FAILED;
  }
}
