package io.akidb.serving.collection;

import io.akidb.catalog.SegmentReader;
import io.akidb.catalog.SegmentRef;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import java.util.ArrayList;
import java.util.List;

/** Reads segments whole: only after the last record is it known that the checksum holds. */
final class SegmentRows {
  private SegmentRows() {}

  static List<VectorRecord> read(VectorCollection collection, SegmentRef segment) {
    List<VectorRecord> rows = new ArrayList<>(Math.min(segment.segment().rows(), 1 << 20));
    try (SegmentReader reader = collection.read(segment.segment())) {
      while (reader.hasNext()) {
        rows.add(reader.next());
      }
    }
    return rows;
  }
}
