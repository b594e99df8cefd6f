package io.akidb.build;

import io.akidb.catalog.IndexType;
import io.akidb.catalog.SegmentRef;
import io.akidb.catalog.ShardRef;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What one task reads of the input. */
sealed interface InputPiece extends Serializable {
  /**
   * Some segments, one after the other.
   *
   * @param segments at least one; small ones are read together, so that a task is worth its start
   */
  record Segments(List<SegmentRef> segments) implements InputPiece {
    /** Copies. */
    public Segments {
      segments = new ArrayList<>(segments);
    }
  }

  /**
   * A shard of the previous index.
   *
   * @param buildId the build it is of
   * @param type what it is
   * @param idsOnly whether its rows stay where they are, so that only ids and orders are read
   */
  record Shard(UUID buildId, IndexType type, ShardRef shard, boolean idsOnly)
      implements InputPiece {}

  /**
   * The tombstones that the previous build carried over.
   *
   * @param generation whose index has at least one
   */
  record Tombstones(long generation) implements InputPiece {}

  /** Groups segments, in their order, into pieces of about {@code bytesPerPiece}. */
  static List<InputPiece> ofSegments(List<SegmentRef> segments, long bytesPerPiece) {
    List<InputPiece> pieces = new ArrayList<>();
    List<SegmentRef> group = new ArrayList<>();
    long bytes = 0;
    for (SegmentRef segment : segments) {
      if (!group.isEmpty() && bytes + segment.segment().bytes() > bytesPerPiece) {
        pieces.add(new Segments(group));
        group.clear();
        bytes = 0;
      }
      group.add(segment);
      bytes += segment.segment().bytes();
    }
    if (!group.isEmpty()) {
      pieces.add(new Segments(group));
    }
    return pieces;
  }
}
