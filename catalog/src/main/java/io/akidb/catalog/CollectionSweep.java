package io.akidb.catalog;

import io.akidb.objectstore.FolderPage;
import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantNamespace;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One run of garbage collection over one collection. The head is read first and objects are listed
 * afterwards: what was committed in between is younger than the grace, and spared for that.
 */
final class CollectionSweep {
  private static final int LIST_LIMIT = 1_000;

  /** Finished build requests that are kept, the newest ones, whatever their age. */
  private static final int FINISHED_BUILDS_KEPT = 20;

  private final Bucket bucket;
  private final TenantNamespace namespace;
  private final CollectionName name;
  private final Retention retention;
  private final Instant cutoff;
  private final Commits commits;
  private long deletesLeft;
  private long deletedObjects;
  private long deletedBytes;

  CollectionSweep(
      Bucket bucket,
      TenantNamespace namespace,
      CollectionName name,
      Retention retention,
      int deletesMax) {
    this.bucket = bucket;
    this.namespace = namespace;
    this.name = name;
    this.retention = retention;
    this.deletesLeft = deletesMax;
    this.cutoff = bucket.surroundings().clock().instant().minus(retention.grace());
    this.commits = new Commits(bucket, namespace, name);
  }

  GarbageCollector.Report run() {
    Manifest head = readHead();
    if (head == null || head.head().dropped()) {
      String headKey = namespace.headKey(name);
      sweep(namespace.collectionPrefix(name), object -> !object.key().equals(headKey));
      return report(0);
    }
    long oldest = oldestKept(head.head());
    sweepGenerations(oldest);
    if (deletesLeft > 0) {
      LiveObjects live = LiveObjects.of(head, oldest, commits, pages());
      sweepListed(namespace.segmentsPrefix(name), live.segments());
      sweepListed(namespace.pagesPrefix(name), live.pages());
      sweepBuilds(live.builds());
    }
    return report(oldest);
  }

  private GarbageCollector.Report report(long oldest) {
    return new GarbageCollector.Report(deletedObjects, deletedBytes, oldest, deletesLeft > 0);
  }

  private Pages pages() {
    return new Pages(bucket, namespace, name);
  }

  private @Nullable Manifest readHead() {
    try {
      return commits.read();
    } catch (CollectionNotFoundException e) {
      return null;
    }
  }

  /**
   * The oldest generation that is kept. A generation's object is written when the next one is
   * committed, so its age is for how long it has not been the head; and when one has not been for
   * longer than the grace, all before it have not either.
   */
  private long oldestKept(Head head) {
    String prefix = namespace.generationsPrefix(name);
    long newestToDrop = head.generation() - retention.keepGenerations();
    long oldest = head.firstGeneration();
    String after = null;
    do {
      ListPage page = bucket.store().list(prefix, after, LIST_LIMIT);
      for (ObjectMetadata object : page.objects()) {
        OptionalLong generation = ObjectNames.number(object.key(), prefix, ".json");
        if (generation.isEmpty()) {
          continue;
        }
        if (generation.getAsLong() > newestToDrop) {
          return oldest;
        }
        if (object.modifiedAt().isBefore(cutoff)) {
          oldest = Math.max(oldest, generation.getAsLong() + 1);
        }
      }
      after = page.nextStartAfter();
    } while (after != null);
    return oldest;
  }

  private void sweepGenerations(long oldest) {
    String prefix = namespace.generationsPrefix(name);
    sweep(
        prefix,
        object -> {
          OptionalLong generation = ObjectNames.number(object.key(), prefix, ".json");
          return generation.isPresent() && generation.getAsLong() < oldest;
        });
  }

  private void sweepListed(String prefix, Set<UUID> live) {
    sweep(
        prefix,
        object ->
            ObjectNames.uuid(object.key(), prefix, ".avro")
                .filter(id -> !live.contains(id))
                .isPresent());
  }

  private void sweepBuilds(Set<UUID> live) {
    BuildRequests builds = new BuildRequests(bucket, namespace, name);
    String prefix = namespace.shardsPrefix(name);
    String after = null;
    do {
      FolderPage page = bucket.store().listFolders(prefix, after, LIST_LIMIT);
      for (String folder : page.names()) {
        Optional<UUID> build = ObjectNames.uuid(prefix + folder, prefix, "");
        if (deletesLeft > 0
            && build.isPresent()
            && !live.contains(build.get())
            && !showsLife(build.get())
            && builds.abandon(build.get(), cutoff)) {
          sweep(prefix + folder + "/", object -> true);
        }
      }
      after = page.nextStartAfter();
    } while (after != null);
    sweepRequests(builds, live);
  }

  private boolean showsLife(UUID build) {
    String after = null;
    do {
      ListPage page = bucket.store().list(namespace.buildPrefix(name, build), after, LIST_LIMIT);
      for (ObjectMetadata object : page.objects()) {
        if (!object.modifiedAt().isBefore(cutoff)) {
          return true;
        }
      }
      after = page.nextStartAfter();
    } while (after != null);
    return false;
  }

  private void sweepRequests(BuildRequests builds, Set<UUID> live) {
    List<UUID> finished = new ArrayList<>();
    for (UUID id : builds.list()) {
      if (!live.contains(id) && builds.get(id).filter(BuildRequest::isFinished).isPresent()) {
        finished.add(id);
      }
    }
    int surplus = Math.max(0, finished.size() - FINISHED_BUILDS_KEPT);
    for (UUID id : finished.subList(0, surplus)) {
      String key = namespace.buildRequestKey(name, id);
      sweep(key, object -> object.key().equals(key));
    }
  }

  /** Deletes what is older than the grace and not needed, until the run's bound is reached. */
  private void sweep(String prefix, Predicate<ObjectMetadata> unneeded) {
    String after = null;
    do {
      ListPage page = bucket.store().list(prefix, after, LIST_LIMIT);
      for (ObjectMetadata object : page.objects()) {
        if (object.modifiedAt().isBefore(cutoff) && unneeded.test(object)) {
          if (deletesLeft == 0) {
            return;
          }
          bucket.store().delete(object.key());
          deletesLeft--;
          deletedObjects++;
          deletedBytes += object.size();
        }
      }
      after = page.nextStartAfter();
    } while (after != null && deletesLeft > 0);
  }
}
