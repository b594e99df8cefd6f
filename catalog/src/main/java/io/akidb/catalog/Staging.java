package io.akidb.catalog;

import io.akidb.objectstore.ObjectNotFoundException;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantNamespace;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Segments on their way into a commit. One that was uploaded long ago (a stream that was down for a
 * day commits its last checkpoint when it comes back) may have been condemned by garbage
 * collection, which says so in the head before it deletes. Such a segment is copied first: either
 * it is already gone, or the copy is whole and young.
 */
record Staging(Bucket bucket, TenantNamespace namespace, CollectionName collection) {
  /** By how much the clock of who named a segment may be ahead of the bucket's. */
  static final Duration CLOCK_SKEW = Duration.ofMinutes(20);

  private static final int MEMORY_BYTES_MAX = 4 << 20;

  /**
   * The segments as they may be committed on a head.
   *
   * @throws SegmentMissingException if one was collected, or is another collection's
   */
  List<StagedSegment> ready(List<StagedSegment> staged, Head head) {
    UUID collectionId = head.collectionId();
    Instant doubtful = head.collected().before().plus(CLOCK_SKEW);
    Set<UUID> ids = new HashSet<>();
    List<StagedSegment> ready = new ArrayList<>(staged.size());
    for (StagedSegment segment : staged) {
      if (!ids.add(segment.id())) {
        throw new IllegalArgumentException("segment " + segment.id() + " is listed twice");
      }
      if (!SegmentIds.isOf(segment.id(), collectionId)) {
        throw new SegmentMissingException(
            "segment " + segment.id() + " was not written for this collection", null);
      }
      boolean condemned = SegmentIds.createdAt(segment.id()).isBefore(doubtful);
      ready.add(condemned ? copy(segment, collectionId) : segment);
    }
    return ready;
  }

  private StagedSegment copy(StagedSegment segment, UUID collectionId) {
    UUID id = SegmentIds.segment(bucket.surroundings(), collectionId);
    try {
      Path file = Files.createTempFile("akidb-segment-", ".avro");
      SegmentOutput output = new SegmentOutput(file, MEMORY_BYTES_MAX);
      try {
        transfer(segment, output);
        if (!output.check().equals(new ObjectCheck(segment.bytes(), segment.crc32c()))) {
          throw new CorruptSegmentException(
              "segment " + segment.id() + ": its bytes are not the ones that were written", null);
        }
        output.upload(bucket, namespace.segmentKey(collection, id));
      } finally {
        output.discard();
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new StagedSegment(
        id,
        segment.rows(),
        segment.tombstones(),
        segment.bytes(),
        segment.crc32c(),
        segment.minOrder(),
        segment.maxOrder());
  }

  private void transfer(StagedSegment segment, SegmentOutput output) throws IOException {
    try (output;
        InputStream in = bucket.store().open(namespace.segmentKey(collection, segment.id()))) {
      in.transferTo(output);
    } catch (ObjectNotFoundException e) {
      throw new SegmentMissingException(
          "segment " + segment.id() + " was staged too long ago and has been collected", e);
    }
  }
}
