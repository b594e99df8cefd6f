package io.akidb.ingest;

import io.akidb.catalog.StagedSegment;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What one writer staged for one checkpoint: in the bucket, listed nowhere.
 *
 * @param segments in the order in which they were written
 * @param deadLetters staged objects of dead letters
 * @param rows records in the segments
 * @param bad dead letters in the objects
 * @param overQuota how many of these the tenant's quotas had no room for
 */
record StagedCheckpoint(
    List<StagedSegment> segments, List<UUID> deadLetters, long rows, long bad, long overQuota)
    implements Serializable {
  /** Copies the lists, into kinds that can be serialized. */
  StagedCheckpoint {
    segments = new ArrayList<>(segments);
    deadLetters = new ArrayList<>(deadLetters);
  }

  boolean isEmpty() {
    return segments.isEmpty() && deadLetters.isEmpty();
  }
}
