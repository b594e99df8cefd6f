package io.akidb.catalog;

import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectContent;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectNotFoundException;
import io.akidb.objectstore.OutcomeUnknownException;
import io.akidb.objectstore.PreconditionFailedException;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantNamespace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Requests for builds of one collection, each an object that is changed by compare-and-swap. Safe
 * for many threads at once.
 */
public final class BuildRequests {
  /** Most requests of a collection, finished ones included until garbage collection. */
  public static final int REQUESTS_MAX = 1_000;

  /** Longest time for which a lease is taken. */
  public static final Duration LEASE_TTL_MAX = Duration.ofHours(1);

  private static final int REQUEST_BYTES_MAX = 64 * 1024;
  private static final int TEXT_LENGTH_MAX = 1_000;
  private static final int SWAPS_MAX = 16;

  /** What a change makes of the current request; empty leaves it as it is. */
  @FunctionalInterface
  private interface Change {
    Optional<BuildRequest> apply(BuildRequest current);
  }

  private final Bucket bucket;
  private final TenantNamespace namespace;
  private final CollectionName collection;

  BuildRequests(Bucket bucket, TenantNamespace namespace, CollectionName collection) {
    this.bucket = bucket;
    this.namespace = namespace;
    this.collection = collection;
  }

  /**
   * Asks for a build.
   *
   * @throws TooManyBuildsException if there are {@value #REQUESTS_MAX}
   */
  public BuildRequest request(IndexParameters parameters) {
    if (list().size() >= REQUESTS_MAX) {
      throw new TooManyBuildsException(REQUESTS_MAX);
    }
    UUID buildId = SegmentIds.timeOrdered(bucket.surroundings());
    BuildRequest request = BuildRequestJson.fresh(buildId, parameters, bucket.surroundings().now());
    bucket.putNew(
        namespace.buildRequestKey(collection, buildId),
        BuildRequestJson.encode(request, bucket.surroundings().randomId()));
    return request;
  }

  /** A request, or empty. */
  public Optional<BuildRequest> get(UUID buildId) {
    ObjectContent content = read(buildId);
    return content == null
        ? Optional.empty()
        : Optional.of(BuildRequestJson.decode(content.bytes()));
  }

  /** The newest request, or empty. */
  public Optional<BuildRequest> latest() {
    List<UUID> ids = list();
    return ids.isEmpty() ? Optional.empty() : get(ids.get(ids.size() - 1));
  }

  /**
   * Requests that somebody may take now: pending ones and those whose lease ran out; oldest first.
   */
  public List<BuildRequest> pending() {
    Instant now = bucket.surroundings().clock().instant();
    List<BuildRequest> pending = new ArrayList<>();
    for (UUID id : list()) {
      get(id).filter(request -> request.isFree(now)).ifPresent(pending::add);
    }
    return pending;
  }

  /** Ids of all requests, oldest first. */
  List<UUID> list() {
    String prefix = namespace.buildRequestsPrefix(collection);
    List<UUID> ids = new ArrayList<>();
    String after = null;
    do {
      ListPage page = bucket.store().list(prefix, after, 1_000);
      for (ObjectMetadata object : page.objects()) {
        ObjectNames.uuid(object.key(), prefix, ".json").ifPresent(ids::add);
      }
      after = page.nextStartAfter();
    } while (after != null && ids.size() < 2 * REQUESTS_MAX);
    return ids;
  }

  /**
   * Takes a request for a while, or answers empty when somebody else holds it, it is finished, or
   * there is none. An owner that takes its own again (after a restart, under a stable name) loses
   * the lease it had before.
   *
   * @param owner who asks, up to 1,000 characters
   * @param ttl until somebody else may take it, unless renewed; more than 0, up to an hour
   */
  public Optional<BuildRequest> lease(UUID buildId, String owner, Duration ttl) {
    if (ttl.toMillis() < 1 || ttl.compareTo(LEASE_TTL_MAX) > 0) {
      throw new IllegalArgumentException("a lease lasts up to " + LEASE_TTL_MAX);
    }
    UUID leaseId = bucket.surroundings().randomId();
    return change(
            buildId,
            current -> {
              Instant now = bucket.surroundings().now();
              if (!current.isFree(now)
                  && (current.isFinished() || !owner.equals(current.owner()))) {
                return Optional.empty();
              }
              return Optional.of(
                  new BuildRequest(
                      buildId,
                      current.parameters(),
                      BuildRequest.State.BUILDING,
                      0,
                      "leased",
                      abbreviate(owner),
                      leaseId,
                      ttl,
                      current.requestedAt(),
                      now,
                      now.plus(ttl),
                      null,
                      null));
            })
        .filter(request -> leaseId.equals(request.leaseId()));
  }

  /**
   * Says how far the build is, and renews the lease for as long as it was taken.
   *
   * @param leased any answer under this lease
   * @param fraction 0 to 1
   * @param phase what is being done
   * @throws LeaseLostException if somebody else has it, or it was ended
   */
  public BuildRequest progress(BuildRequest leased, double fraction, String phase) {
    double bounded = Double.isFinite(fraction) ? Math.min(Math.max(fraction, 0), 1) : 0;
    return update(leased, BuildRequest.State.BUILDING, bounded, phase, null);
  }

  /**
   * Ends a build whose index was published.
   *
   * @throws LeaseLostException if somebody else has it, or it was ended otherwise
   */
  public BuildRequest complete(BuildRequest leased) {
    return update(leased, BuildRequest.State.READY, 1, "published", null);
  }

  /**
   * Ends a build without an index.
   *
   * @param error for people; the first 1,000 characters are kept
   * @throws LeaseLostException if somebody else has it, or it was ended otherwise
   */
  public BuildRequest fail(BuildRequest leased, String error) {
    return update(leased, BuildRequest.State.FAILED, leased.progress(), "failed", error);
  }

  private BuildRequest update(
      BuildRequest leased,
      BuildRequest.State state,
      double fraction,
      String phase,
      @Nullable String error) {
    return change(
            leased.buildId(),
            current -> {
              if (leased.leaseId() == null || !leased.leaseId().equals(current.leaseId())) {
                throw new LeaseLostException(
                    "build " + leased.buildId() + " was taken by " + current.owner());
              }
              if (current.isFinished()) {
                if (current.state() == state) {
                  return Optional.empty();
                }
                throw new LeaseLostException("build " + leased.buildId() + " has ended");
              }
              return Optional.of(updated(current, state, fraction, phase, error));
            })
        .orElseThrow(() -> new BuildNotFoundException(leased.buildId()));
  }

  private BuildRequest updated(
      BuildRequest current,
      BuildRequest.State state,
      double fraction,
      String phase,
      @Nullable String error) {
    Instant now = bucket.surroundings().now();
    boolean building = state == BuildRequest.State.BUILDING;
    Duration ttl = current.leaseTtl();
    return new BuildRequest(
        current.buildId(),
        current.parameters(),
        state,
        fraction,
        abbreviate(phase),
        current.owner(),
        current.leaseId(),
        ttl,
        current.requestedAt(),
        now,
        building && ttl != null ? now.plus(ttl) : null,
        building ? null : now,
        error == null ? null : abbreviate(error));
  }

  /**
   * Ends a build whose builder is gone, so that nobody takes it up while its shards are deleted.
   *
   * @return whether it is finished now
   */
  boolean abandon(UUID buildId, Instant silentSince) {
    return change(
            buildId,
            current ->
                current.isFinished()
                        || !current.isFree(bucket.surroundings().now())
                        || current.updatedAt().isAfter(silentSince)
                    ? Optional.empty()
                    : Optional.of(
                        updated(
                            current,
                            BuildRequest.State.FAILED,
                            current.progress(),
                            "abandoned",
                            "its builder went silent")))
        .map(BuildRequest::isFinished)
        .orElse(true);
  }

  /** Applies a change; answers what is there afterwards, or empty if there is no such request. */
  private Optional<BuildRequest> change(UUID buildId, Change change) {
    byte[] tried = new byte[0];
    OutcomeUnknownException unknown = null;
    for (int attempt = 0; attempt < SWAPS_MAX; attempt++) {
      ObjectContent content = read(buildId);
      if (content == null) {
        return Optional.empty();
      }
      BuildRequest current = BuildRequestJson.decode(content.bytes());
      if (Arrays.equals(content.bytes(), tried)) {
        return Optional.of(current);
      }
      Optional<BuildRequest> changed = change.apply(current);
      if (changed.isEmpty()) {
        return Optional.of(current);
      }
      tried = BuildRequestJson.encode(changed.get(), bucket.surroundings().randomId());
      try {
        bucket
            .store()
            .compareAndSwap(
                namespace.buildRequestKey(collection, buildId), content.metadata().etag(), tried);
        return changed;
      } catch (OutcomeUnknownException e) {
        unknown = e;
      } catch (PreconditionFailedException e) {
        unknown = null;
      }
      if (!bucket.surroundings().backOff(attempt)) {
        break;
      }
    }
    if (unknown != null) {
      throw new CommitOutcomeUnknownException("build " + buildId + " may have changed", unknown);
    }
    throw new CommitContentionException(SWAPS_MAX);
  }

  private @Nullable ObjectContent read(UUID buildId) {
    try {
      return bucket.store().get(namespace.buildRequestKey(collection, buildId), REQUEST_BYTES_MAX);
    } catch (ObjectNotFoundException e) {
      return null;
    }
  }

  private static String abbreviate(String text) {
    return text.length() <= TEXT_LENGTH_MAX ? text : text.substring(0, TEXT_LENGTH_MAX);
  }
}
