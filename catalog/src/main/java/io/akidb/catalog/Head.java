package io.akidb.catalog;

import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The content of {@code manifest.json} and of {@code generations/{g}.json}. Immutable.
 *
 * @param dropped whether it only says that the collection is gone
 * @param firstGeneration the generation that created this incarnation of the name; numbers go on
 *     over incarnations, so that no two ever share a generation
 * @param fresh sums over live segments
 * @param writers by name
 * @param collected what garbage collection has condemned
 * @param segments the list of segments
 */
record Head(
    boolean dropped,
    UUID collectionId,
    TenantId tenant,
    CollectionName name,
    CollectionSchema schema,
    long generation,
    long firstGeneration,
    UUID commitId,
    Instant createdAt,
    Instant committedAt,
    long nextSequence,
    long maxOrder,
    Totals fresh,
    SortedMap<String, WriterEpoch> writers,
    @Nullable PublishedIndex index,
    Collected collected,
    SegmentTree segments) {
  /** Most writers that the head holds. */
  static final int WRITERS_MAX = 256;

  Head {
    writers = Collections.unmodifiableSortedMap(new TreeMap<>(writers));
  }

  long absorbedThrough() {
    return index == null ? -1 : index.ref().absorbedThrough();
  }

  /** The next generation with the same content. */
  Head next(UUID nextCommitId, Instant now) {
    return new Head(
        dropped,
        collectionId,
        tenant,
        name,
        schema,
        generation + 1,
        firstGeneration,
        nextCommitId,
        createdAt,
        now.isBefore(committedAt) ? committedAt : now,
        nextSequence,
        maxOrder,
        fresh,
        writers,
        index,
        collected,
        segments);
  }

  Head withWriters(SortedMap<String, WriterEpoch> changed) {
    return new Head(
        dropped,
        collectionId,
        tenant,
        name,
        schema,
        generation,
        firstGeneration,
        commitId,
        createdAt,
        committedAt,
        nextSequence,
        maxOrder,
        fresh,
        changed,
        index,
        collected,
        segments);
  }

  Head withSegments(SegmentTree tree, Totals live, long sequence, long order) {
    return new Head(
        dropped,
        collectionId,
        tenant,
        name,
        schema,
        generation,
        firstGeneration,
        commitId,
        createdAt,
        committedAt,
        sequence,
        order,
        live,
        writers,
        index,
        collected,
        tree);
  }

  Head withIndex(PublishedIndex published, SegmentTree tree, Totals live) {
    return new Head(
        dropped,
        collectionId,
        tenant,
        name,
        schema,
        generation,
        firstGeneration,
        commitId,
        createdAt,
        committedAt,
        nextSequence,
        Math.max(maxOrder, published.ref().maxOrder()),
        live,
        writers,
        published,
        collected,
        tree);
  }

  Head withCollected(Collected condemned) {
    return new Head(
        dropped,
        collectionId,
        tenant,
        name,
        schema,
        generation,
        firstGeneration,
        commitId,
        createdAt,
        committedAt,
        nextSequence,
        maxOrder,
        fresh,
        writers,
        index,
        condemned,
        segments);
  }

  /** Only the name and the numbers remain. */
  Head asDropped() {
    return new Head(
        true,
        collectionId,
        tenant,
        name,
        schema,
        generation,
        firstGeneration,
        commitId,
        createdAt,
        committedAt,
        nextSequence,
        maxOrder,
        Totals.NONE,
        Collections.emptySortedMap(),
        null,
        Collected.NOTHING,
        SegmentTree.EMPTY);
  }

  /**
   * What garbage collection has condemned. It says so in the head before it deletes, so that who
   * was about to list one of these loses the race and sees it.
   *
   * @param before what was uploaded before this and not listed then may be gone
   * @param builds the newest builds that were condemned, and must not be published
   */
  record Collected(Instant before, List<UUID> builds) {
    /** Most builds that are remembered. */
    static final int BUILDS_MAX = 64;

    static final Collected NOTHING = new Collected(Instant.EPOCH, List.of());

    Collected {
      builds = List.copyOf(builds);
    }

    Collected and(Instant cutoff, List<UUID> condemned) {
      List<UUID> all = new ArrayList<>(builds);
      condemned.stream().filter(id -> !builds.contains(id)).forEach(all::add);
      return new Collected(
          cutoff.isAfter(before) ? cutoff : before,
          all.subList(Math.max(0, all.size() - BUILDS_MAX), all.size()));
    }
  }

  /** Sums over segments. */
  record Totals(long segments, long rows, long bytes) {
    static final Totals NONE = new Totals(0, 0, 0);

    static Totals of(SegmentRef ref) {
      return new Totals(1, ref.segment().rows(), ref.segment().bytes());
    }

    Totals plus(Totals other) {
      return new Totals(
          Math.addExact(segments, other.segments),
          Math.addExact(rows, other.rows),
          Math.addExact(bytes, other.bytes));
    }
  }
}
