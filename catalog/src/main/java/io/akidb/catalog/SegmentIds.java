package io.akidb.catalog;

import java.time.Instant;
import java.util.UUID;

/**
 * Ids of segments and builds: version 7 UUIDs (RFC 9562, section 5.7), so that they sort by time
 * and tell their age. The last 24 bits of a segment's id are taken from the collection's id: a
 * segment that was staged for another collection is told from its reference alone.
 */
final class SegmentIds {
  private static final long MARK = 0xFF_FFFFL;

  private SegmentIds() {}

  static UUID timeOrdered(Surroundings surroundings) {
    long millis = surroundings.clock().millis();
    long high = (millis << 16) | 0x7000L | (surroundings.random().getAsLong() & 0xFFFL);
    long low =
        (surroundings.random().getAsLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low);
  }

  static UUID segment(Surroundings surroundings, UUID collectionId) {
    UUID id = timeOrdered(surroundings);
    return new UUID(
        id.getMostSignificantBits(), (id.getLeastSignificantBits() & ~MARK) | mark(collectionId));
  }

  static boolean isOf(UUID segment, UUID collectionId) {
    return segment.version() == 7
        && (segment.getLeastSignificantBits() & MARK) == mark(collectionId);
  }

  static Instant createdAt(UUID id) {
    return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
  }

  private static long mark(UUID collectionId) {
    return collectionId.getLeastSignificantBits() & MARK;
  }
}
