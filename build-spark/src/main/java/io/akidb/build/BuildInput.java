package io.akidb.build;

import io.akidb.catalog.IndexDescriptor;
import io.akidb.catalog.IndexRef;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.SegmentRef;
import io.akidb.catalog.ShardRef;
import io.akidb.catalog.VectorCollection;
import java.util.ArrayList;
import java.util.List;

/**
 * What a generation consists of, and so what a build of it reads: its live segments, the previous
 * index's shards (the only home of what they absorbed) and the tombstones that the previous build
 * carried over.
 *
 * @param pieces one for each task
 * @param segmentRows that the catalog counts in segments
 * @param indexRows that the catalog counts in shards, copies at borders included
 * @param indexIds that the catalog counts in the index, each once
 * @param carriedTombstones that the catalog counts
 * @param bytes of all
 */
record BuildInput(
    List<InputPiece> pieces,
    long segmentRows,
    long indexRows,
    long indexIds,
    long carriedTombstones,
    long bytes) {
  private static final long SEGMENT_BYTES_PER_TASK = 32L << 20;
  private static final long SHUFFLE_BYTES_PER_TASK = 48L << 20;
  private static final int SHUFFLE_TASKS_MAX = 10_000;

  static BuildInput of(VectorCollection collection, Manifest manifest) {
    List<SegmentRef> segments = collection.segments(manifest);
    List<InputPiece> pieces =
        new ArrayList<>(InputPiece.ofSegments(segments, SEGMENT_BYTES_PER_TASK));
    long segmentRows = segments.stream().mapToLong(each -> each.segment().rows()).sum();
    long bytes = segments.stream().mapToLong(each -> each.segment().bytes()).sum();
    long indexRows = 0;
    IndexRef index = manifest.index();
    if (index != null) {
      List<ShardRef> shards =
          collection
              .index(manifest)
              .map(IndexDescriptor::shards)
              .orElseThrow(
                  () ->
                      new BuildFailedException(
                          "generation "
                              + manifest.generation()
                              + " lists an index that is not there",
                          null));
      for (ShardRef shard : shards) {
        pieces.add(new InputPiece.Shard(index.buildId(), index.type(), shard, false));
        indexRows += shard.rows();
        bytes += shard.bytes();
      }
      if (index.tombstones() > 0) {
        pieces.add(new InputPiece.Tombstones(manifest.generation()));
      }
    }
    return new BuildInput(
        List.copyOf(pieces),
        segmentRows,
        indexRows,
        index == null ? 0 : index.rows(),
        index == null ? 0 : index.tombstones(),
        bytes);
  }

  /** The same, with nothing but ids and orders of the previous index's rows. */
  BuildInput idsOnly() {
    List<InputPiece> light = new ArrayList<>();
    for (InputPiece piece : pieces) {
      light.add(
          piece instanceof InputPiece.Shard shard
              ? new InputPiece.Shard(shard.buildId(), shard.type(), shard.shard(), true)
              : piece);
    }
    return new BuildInput(
        List.copyOf(light), segmentRows, indexRows, indexIds, carriedTombstones, bytes);
  }

  long rows() {
    return segmentRows + indexRows + carriedTombstones;
  }

  /** Tasks of the shuffle by id: enough that what one of them merges fits a modest executor. */
  int shuffleTasks(int parallelism) {
    return Math.clamp(
        bytes / SHUFFLE_BYTES_PER_TASK, parallelism, Math.max(parallelism, SHUFFLE_TASKS_MAX));
  }

  /** Checks what was read against what the catalog counts. */
  Reconciliation compare(Tally read) {
    return new Reconciliation()
        .expect("rows in segments", segmentRows, read.segmentRows())
        .expect("rows in the previous shards", indexRows, read.indexRows())
        .expect("ids in the previous index", indexIds, read.indexIds())
        .expect("tombstones carried over", carriedTombstones, read.carriedTombstones())
        .expect(
            "live + deleted + superseded + border copies",
            read.rowsIn(),
            read.live() + read.tombstones() + read.superseded() + read.overlapCopies());
  }
}
