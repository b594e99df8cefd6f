package io.akidb.ingest;

import io.akidb.catalog.SegmentReader;
import io.akidb.catalog.SegmentWriter;
import io.akidb.catalog.StagedSegment;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.ingest.QuotaGate.Room;
import io.akidb.objectstore.ObjectStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Divides what was staged into what fits and what does not: from the first row that does not fit
 * on, upserts become dead letters, which hold the whole record. For one thread.
 */
final class OverQuota {
  private final VectorCollection collection;
  private final Target target;
  private final Path scratch;
  private final DeadLetters letters;

  OverQuota(ObjectStore store, VectorCollection collection, Target target, Path scratch) {
    this.collection = collection;
    this.target = target;
    this.scratch = scratch;
    this.letters = new DeadLetters(store, target);
  }

  static long upserts(StagedSegment segment) {
    return (long) segment.rows() - segment.tombstones();
  }

  /**
   * What is left of a checkpoint's rows, in their order, and the letters that the others became.
   */
  List<StagedCheckpoint> split(List<StagedCheckpoint> current, Room room, String reason) {
    List<StagedCheckpoint> split = new ArrayList<>();
    Room left = room;
    for (StagedCheckpoint staged : current) {
      List<StagedSegment> segments = new ArrayList<>();
      List<UUID> objects = new ArrayList<>(staged.deadLetters());
      long refused = 0;
      for (StagedSegment segment : staged.segments()) {
        long upserts = upserts(segment);
        long perRow = (segment.bytes() + segment.rows() - 1) / segment.rows();
        long fit = left.rowsOf(upserts, perRow);
        if (fit == upserts) {
          segments.add(segment);
          left = left.less(upserts, upserts == 0 ? 0 : segment.bytes());
        } else {
          refused += rewrite(segment, fit, reason, segments, objects);
          left = left.none();
        }
      }
      letters.flush().ifPresent(objects::add);
      split.add(
          new StagedCheckpoint(
              segments, objects, staged.rows() - refused, staged.bad() + refused, refused));
    }
    return split;
  }

  /** Its deletes and its first upserts go into a new segment; answers how many rows do not. */
  private long rewrite(
      StagedSegment segment,
      long fit,
      String reason,
      List<StagedSegment> segments,
      List<UUID> objects) {
    long refused = 0;
    long taken = 0;
    try (SegmentReader rows = collection.read(segment);
        SegmentWriter kept = collection.newSegment(scratch.resolve(UUID.randomUUID() + ".avro"))) {
      while (rows.hasNext()) {
        VectorRecord row = rows.next();
        if (row.isTombstone() || taken < fit) {
          taken += row.isTombstone() ? 0 : 1;
          kept.add(row);
        } else {
          refused++;
          Item.Origin origin = new Item.Origin(target.writer(), "order " + row.order());
          letters
              .add(new Item.DeadLetter(reason, JsonRecordWriter.line(row), origin))
              .ifPresent(objects::add);
        }
      }
      if (kept.rows() > 0) {
        segments.add(kept.finish());
      }
    }
    return refused;
  }
}
