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
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One run of garbage collection over one collection.
 *
 * <p>Age alone does not make an object garbage: its writer may have been asleep between upload and
 * commit. So what is to be deleted is condemned in the head first, by a commit. Whoever commits
 * afterwards has read that head, and copies or refuses what it condemns; whoever committed before
 * is seen by that commit, which then spares what was listed.
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
  private final Pages pages;
  private final BuildRequests requests;
  private final int deletesMax;
  private int deletes;
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
    this.deletesMax = deletesMax;
    this.cutoff = bucket.surroundings().now().minus(retention.grace());
    this.commits = new Commits(bucket, namespace, name);
    this.pages = new Pages(bucket, namespace, name);
    this.requests = new BuildRequests(bucket, namespace, name);
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
    if (deletes < deletesMax) {
      sweepUnlisted(head.head(), oldest);
    }
    return report(oldest);
  }

  private GarbageCollector.Report report(long oldest) {
    return new GarbageCollector.Report(deletedObjects, deletedBytes, oldest, deletes < deletesMax);
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
   * longer than the grace, all before it have not either. Those before a gap were dropped by an
   * earlier run, even if a put that was thought lost has brought one of them back.
   */
  private long oldestKept(Head head) {
    String prefix = namespace.generationsPrefix(name);
    long newestToDrop = head.generation() - retention.keepGenerations();
    long oldest = head.firstGeneration();
    long expected = -1;
    String after = null;
    do {
      ListPage page = bucket.store().list(prefix, after, LIST_LIMIT);
      for (ObjectMetadata object : page.objects()) {
        long generation = ObjectNames.number(object.key(), prefix, ".json").orElse(Long.MAX_VALUE);
        if (generation >= head.generation()) {
          continue;
        }
        if (generation != expected) {
          oldest = Math.max(oldest, generation);
        }
        expected = generation + 1;
        if (generation <= newestToDrop && object.modifiedAt().isBefore(cutoff)) {
          oldest = Math.max(oldest, expected);
        }
      }
      after = page.nextStartAfter();
    } while (after != null);
    return expected == head.generation() ? oldest : head.generation();
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

  private void sweepUnlisted(Head head, long oldest) {
    LiveObjects live = LiveObjects.none();
    live.add(head, oldest, commits, pages);
    Condemned condemned = new Condemned();
    collect(namespace.segmentsPrefix(name), live.segments()::contains, condemned::segment);
    collect(namespace.pagesPrefix(name), live.pages()::contains, condemned::page);
    collectBuilds(live, condemned);
    if (condemned.size() > 0) {
      commits.commit(null, base -> condemn(base, head, live, condemned));
      condemned.objects().forEach(this::delete);
    }
    sweepRequests(live);
  }

  /** Says in the head what will be deleted, except what was listed since {@code seen}. */
  private @Nullable Head condemn(Head base, Head seen, LiveObjects live, Condemned condemned) {
    if (base.dropped() || !base.collectionId().equals(seen.collectionId())) {
      throw new CollectionNotFoundException(name);
    }
    live.add(base, seen.generation(), commits, pages);
    condemned.spare(live);
    return condemned.size() == 0
        ? null
        : base.withCollected(base.collected().and(cutoff, List.copyOf(condemned.builds())));
  }

  private void collect(
      String prefix, Predicate<UUID> live, BiConsumer<UUID, ObjectMetadata> condemned) {
    String after = null;
    do {
      ListPage page = bucket.store().list(prefix, after, LIST_LIMIT);
      for (ObjectMetadata object : page.objects()) {
        Optional<UUID> id = ObjectNames.uuid(object.key(), prefix, ".avro");
        if (object.modifiedAt().isBefore(cutoff) && id.isPresent() && !live.test(id.get())) {
          if (deletes == deletesMax) {
            return;
          }
          condemned.accept(id.get(), object);
          deletes++;
        }
      }
      after = page.nextStartAfter();
    } while (after != null);
  }

  private void collectBuilds(LiveObjects live, Condemned condemned) {
    String prefix = namespace.shardsPrefix(name);
    String after = null;
    do {
      FolderPage page = bucket.store().listFolders(prefix, after, LIST_LIMIT);
      for (String folder : page.names()) {
        Optional<UUID> build = ObjectNames.uuid(prefix + folder, prefix, "");
        if (build.isPresent()
            && condemned.builds().size() < Head.Collected.BUILDS_MAX
            && deletes < deletesMax
            && !live.builds().contains(build.get())) {
          List<ObjectMetadata> objects = deadObjects(build.get());
          if (!objects.isEmpty() && requests.abandon(build.get(), cutoff)) {
            condemned.build(build.get(), objects);
            deletes += objects.size();
          }
        }
      }
      after = page.nextStartAfter();
    } while (after != null);
  }

  /** The objects of a build, up to the run's bound, or none if one of them is young. */
  private List<ObjectMetadata> deadObjects(UUID build) {
    List<ObjectMetadata> objects = new ArrayList<>();
    String after = null;
    do {
      ListPage page = bucket.store().list(namespace.buildPrefix(name, build), after, LIST_LIMIT);
      for (ObjectMetadata object : page.objects()) {
        if (!object.modifiedAt().isBefore(cutoff)) {
          return List.of();
        }
        if (deletes + objects.size() < deletesMax) {
          objects.add(object);
        }
      }
      after = page.nextStartAfter();
    } while (after != null);
    return objects;
  }

  private void sweepRequests(LiveObjects live) {
    List<UUID> finished = new ArrayList<>();
    for (UUID id : requests.list()) {
      if (!live.builds().contains(id)
          && requests.get(id).filter(BuildRequest::isFinished).isPresent()) {
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
          if (deletes == deletesMax) {
            return;
          }
          deletes++;
          delete(object);
        }
      }
      after = page.nextStartAfter();
    } while (after != null && deletes < deletesMax);
  }

  private void delete(ObjectMetadata object) {
    if (bucket.delete(object.key())) {
      deletedObjects++;
      deletedBytes += object.size();
    }
  }
}
