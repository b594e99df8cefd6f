package io.akidb.build;

import io.akidb.build.BuildSummary.Outcome;
import io.akidb.catalog.BuildRequest;
import io.akidb.catalog.BuildRequests;
import io.akidb.catalog.BuildSupersededException;
import io.akidb.catalog.Catalog;
import io.akidb.catalog.CatalogException;
import io.akidb.catalog.CommitOutcomeUnknownException;
import io.akidb.catalog.GarbageCollector;
import io.akidb.catalog.LeaseLostException;
import io.akidb.catalog.Retention;
import io.akidb.catalog.VectorCollection;
import io.akidb.objectstore.ObjectStoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Takes a build's lease, runs the build with its heartbeat, and writes down how it ended. For one
 * thread.
 */
final class BuildRunner {
  private static final System.Logger LOG = System.getLogger(BuildRunner.class.getName());
  private static final int ERROR_CHARS_MAX = 2000;

  /**
   * How leases are taken.
   *
   * @param owner for people
   * @param leaseTime after which a builder that gives no sign of life is taken for dead
   */
  record Leasing(String owner, Duration leaseTime) {}

  private final CollectionBuild.Tools tools;
  private final Leasing leasing;
  private final Retention retention;
  private final JsonLines lines;
  private final boolean showProgress;

  /**
   * Over tools that the caller closes.
   *
   * @param retention what the sweep after a published build spares
   */
  BuildRunner(
      CollectionBuild.Tools tools,
      Leasing leasing,
      Retention retention,
      JsonLines lines,
      boolean showProgress) {
    this.tools = tools;
    this.leasing = leasing;
    this.retention = retention;
    this.lines = lines;
    this.showProgress = showProgress;
  }

  /** Opens a collection. */
  VectorCollection open(CollectionAddress address) {
    return new Catalog(tools.store(), tools.clock()).open(address.context(), address.name());
  }

  /**
   * Runs one build.
   *
   * @param wait whether to wait, as long as a lease lasts, for somebody else who has it and may be
   *     dead
   */
  BuildSummary run(CollectionAddress address, UUID buildId, boolean wait) {
    long startedMillis = tools.clock().millis();
    VectorCollection collection = open(address);
    BuildRequests requests = collection.builds();
    Optional<BuildRequest> leased = requests.lease(buildId, leasing.owner(), leasing.leaseTime());
    if (leased.isEmpty() && wait) {
      leased = waitForLease(requests, buildId);
    }
    if (leased.isEmpty()) {
      return ended(address, buildId, Outcome.TAKEN, startedMillis, takenBy(requests, buildId));
    }
    return run(address, collection, new BuildLease(requests, leased.get()), startedMillis);
  }

  private static String takenBy(BuildRequests requests, UUID buildId) {
    return requests
        .get(buildId)
        .map(
            request ->
                request.isFinished()
                    ? "build " + buildId + " has ended already: " + request.state().jsonName()
                    : "build " + buildId + " is being built by " + request.owner())
        .orElse("there is no build request " + buildId);
  }

  private Optional<BuildRequest> waitForLease(BuildRequests requests, UUID buildId) {
    Instant giveUp = tools.clock().instant().plus(leasing.leaseTime().multipliedBy(2));
    while (tools.clock().instant().isBefore(giveUp)) {
      Optional<BuildRequest> request = requests.get(buildId);
      if (request.isEmpty() || request.get().isFinished()) {
        return Optional.empty();
      }
      lines.line(
          Map.of(
              "type",
              "waiting",
              "build_id",
              buildId.toString(),
              "owner",
              String.valueOf(request.get().owner())));
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      Optional<BuildRequest> leased = requests.lease(buildId, leasing.owner(), leasing.leaseTime());
      if (leased.isPresent()) {
        return leased;
      }
    }
    return Optional.empty();
  }

  private BuildSummary run(
      CollectionAddress address,
      VectorCollection collection,
      BuildLease lease,
      long startedMillis) {
    UUID buildId = lease.request().buildId();
    JobProgress progress = new JobProgress(tools.clock());
    CollectionBuild build =
        new CollectionBuild(
            tools, address, collection, buildId, lease.request().parameters(), progress);
    if (build.isPublished()) {
      sayReady(lease);
      return ended(address, buildId, Outcome.PUBLISHED, startedMillis, "it was published already");
    }
    CollectionBuild.Result result;
    try (Heartbeat heartbeat = new Heartbeat()) {
      heartbeat.start(
          progress,
          lease,
          leasing.leaseTime(),
          () -> say(address, buildId, progress),
          tools.spark()::cancel);
      result = build.run();
    } catch (Exception e) {
      // Spark throws checked exceptions that its Java interface does not declare.
      return unpublished(address, build, lease, startedMillis, e);
    }
    sayReady(lease);
    return new BuildSummary(
        Outcome.PUBLISHED,
        address,
        buildId,
        result.published().generation(),
        result.plan(),
        result.shardsReused(),
        result.bytes(),
        result.anewBecause(),
        sweep(address),
        secondsSince(startedMillis),
        "published at generation " + result.published().generation());
  }

  /**
   * Deletes what no kept generation lists. A build is what leaves most of it behind; that it cannot
   * be deleted now is no failure of the build.
   */
  private GarbageCollector.@Nullable Report sweep(CollectionAddress address) {
    try {
      return new GarbageCollector(tools.store(), tools.clock(), retention)
          .collect(address.context(), address.name());
    } catch (CatalogException | ObjectStoreException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the index is published; garbage is left to the next build: {0}",
          e.getMessage());
      return null;
    }
  }

  /** Writes down that the index is published, which it is whether this works or not. */
  private static void sayReady(BuildLease lease) {
    try {
      lease.complete();
    } catch (CatalogException | ObjectStoreException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the index is published, but its request could not be marked ready: {0}",
          e.getMessage());
    }
  }

  /** Cleans up after a build that did not publish, as far as it is this job's to clean. */
  private BuildSummary unpublished(
      CollectionAddress address,
      CollectionBuild build,
      BuildLease lease,
      long startedMillis,
      Exception failure) {
    UUID buildId = lease.request().buildId();
    if (lease.isLost()) {
      // What it wrote belongs to whoever goes on with it.
      return ended(
          address, buildId, Outcome.TAKEN, startedMillis, "another job took this build over");
    }
    if (failure instanceof CommitOutcomeUnknownException) {
      // It may be published: nothing is deleted, and the lease runs out, so that the next attempt
      // looks.
      return ended(address, buildId, Outcome.FAILED, startedMillis, messageOf(failure));
    }
    String ended = "build " + buildId + " ended without an index";
    if (failure instanceof BuildException && failure.getCause() == null) {
      LOG.log(System.Logger.Level.ERROR, "{0}: {1}", ended, failure.getMessage());
    } else {
      LOG.log(System.Logger.Level.ERROR, ended, failure);
    }
    boolean superseded = failure instanceof BuildSupersededException;
    String message = (superseded ? "superseded by a newer build: " : "") + messageOf(failure);
    try {
      lease.fail(
          superseded || tellsPeople(failure)
              ? message
              : "the platform could not build it; the log of build " + buildId + " says why");
    } catch (LeaseLostException e) {
      return ended(
          address, buildId, Outcome.TAKEN, startedMillis, "another job took this build over");
    } catch (CatalogException | ObjectStoreException e) {
      LOG.log(
          System.Logger.Level.ERROR, "could not write down that build " + buildId + " failed", e);
      return ended(address, buildId, Outcome.FAILED, startedMillis, message);
    }
    try {
      build.erase();
    } catch (ObjectStoreException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "objects of build " + buildId + " are left to garbage collection",
          e);
    }
    return ended(
        address, buildId, superseded ? Outcome.SUPERSEDED : Outcome.FAILED, startedMillis, message);
  }

  private BuildSummary ended(
      CollectionAddress address,
      UUID buildId,
      Outcome outcome,
      long startedMillis,
      String message) {
    return new BuildSummary(
        outcome, address, buildId, -1, null, 0, 0, "", null, secondsSince(startedMillis), message);
  }

  /**
   * Whether its message may be shown to whoever sees the collection: others name objects of the
   * bucket, hosts and classes.
   */
  private static boolean tellsPeople(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BuildException) {
        return true;
      }
    }
    return false;
  }

  /**
   * The part of an exception that tells people something: Spark wraps what a task threw into text
   * of its own.
   */
  static String messageOf(Throwable failure) {
    Throwable told = failure;
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      told = cause;
      if (cause instanceof BuildException) {
        break;
      }
    }
    String message = told.getMessage() == null ? told.toString() : told.getMessage();
    return message.length() <= ERROR_CHARS_MAX
        ? message
        : message.substring(0, ERROR_CHARS_MAX) + "...";
  }

  private double secondsSince(long startedMillis) {
    return (tools.clock().millis() - startedMillis) / 1000.0;
  }

  private void say(CollectionAddress address, UUID buildId, JobProgress progress) {
    if (!showProgress) {
      return;
    }
    JobProgress.Snapshot look = progress.look();
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("type", "progress");
    line.put("tenant", address.tenantId());
    line.put("collection", address.collectionName());
    line.put("build_id", buildId.toString());
    line.put("phase", look.phase().label());
    line.put("done", look.done());
    line.put("total", look.total());
    line.put("fraction", Math.round(look.fraction() * 10_000) / 10_000.0);
    line.put("rows_per_s", Math.round(look.rowsPerSecond() * 10) / 10.0);
    line.put("elapsed_s", Math.round(look.elapsedSeconds() * 10) / 10.0);
    line.put(
        "estimate_s",
        look.estimateSeconds() == null ? null : Math.round(look.estimateSeconds() * 10) / 10.0);
    lines.line(line);
  }
}
