package io.akidb.catalog;

import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantId;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The content of {@code manifest.json} and of {@code generations/{g}.json}. Immutable.
 *
 * @param firstGeneration the generation that created this incarnation of the name
 * @param dropped whether it only says that the collection is gone
 * @param indexGenerations the newest generations that published an index, ascending
 * @param segments the list of segments
 */
record Head(
    UUID collectionId,
    TenantId tenant,
    CollectionName name,
    CollectionSchema schema,
    long generation,
    long firstGeneration,
    boolean dropped,
    UUID commitId,
    Instant createdAt,
    Instant committedAt,
    long nextSequence,
    long maxOrder,
    long absorbedThrough,
    Totals fresh,
    SortedMap<String, WriterEpoch> writers,
    @Nullable IndexRef index,
    List<Long> indexGenerations,
    SegmentTree segments) {

  Head {
    writers = Collections.unmodifiableSortedMap(new TreeMap<>(writers));
    indexGenerations = List.copyOf(indexGenerations);
  }

  /** Sums over segments. */
  record Totals(long segments, long rows, long bytes) {
    static final Totals NONE = new Totals(0, 0, 0);

    Totals plus(Totals other) {
      return new Totals(
          Math.addExact(segments, other.segments),
          Math.addExact(rows, other.rows),
          Math.addExact(bytes, other.bytes));
    }
  }
}
