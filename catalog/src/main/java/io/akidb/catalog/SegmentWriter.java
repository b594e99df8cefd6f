package io.akidb.catalog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.file.DataFileWriter;
import org.jspecify.annotations.Nullable;

/**
 * Writes one segment. Up to 1 MiB stay in memory, the rest goes to a temporary file. For one
 * thread.
 */
public final class SegmentWriter implements AutoCloseable {
  /** Most records of one segment. */
  public static final int ROWS_MAX = 1_000_000_000;

  static final int MEMORY_BYTES_MAX = 1 << 20;

  private final Bucket bucket;
  private final String key;
  private final UUID id;
  private final int dimension;
  private final boolean tombstonesOnly;
  private final SegmentOutput output;
  private final DataFileWriter<VectorRecord> writer;
  private int rows;
  private int tombstones;
  private long bytes;
  private long minOrder = Long.MAX_VALUE;
  private long maxOrder = Long.MIN_VALUE;
  private @Nullable StagedSegment finished;

  SegmentWriter(
      Bucket bucket,
      String key,
      UUID id,
      CollectionSchema schema,
      boolean tombstonesOnly,
      Path temporaryFile) {
    this.bucket = bucket;
    this.key = key;
    this.id = id;
    this.dimension = schema.dimension();
    this.tombstonesOnly = tombstonesOnly;
    this.output = new SegmentOutput(temporaryFile, MEMORY_BYTES_MAX);
    try {
      this.writer =
          AvroWriting.start(
              output,
              SegmentFormat.SCHEMA,
              id,
              Map.of(),
              SegmentFormat.encoder(schema.dimension()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Adds a record, which must have passed {@link RecordValidator}.
   *
   * @throws IllegalArgumentException if it cannot be one of the collection
   * @throws IllegalStateException if the segment is full or finished
   * @throws UncheckedIOException if the temporary file cannot be written
   */
  public void add(VectorRecord row) {
    if (finished != null || rows == ROWS_MAX) {
      throw new IllegalStateException("the segment is " + (finished != null ? "done" : "full"));
    }
    float[] vector = row.vector();
    if (vector != null && (tombstonesOnly || vector.length != dimension)) {
      throw new IllegalArgumentException(
          tombstonesOnly
              ? "only tombstones belong here"
              : "vector has " + vector.length + " numbers, the collection has " + dimension);
    }
    byte[] payload = row.payload();
    if (row.order() < 0
        || !SegmentFormat.fits(row.id())
        || (payload != null && payload.length > SegmentFormat.PAYLOAD_BYTES_MAX)) {
      throw new IllegalArgumentException("the record was not validated");
    }
    try {
      writer.append(row);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    rows++;
    if (vector == null) {
      tombstones++;
    }
    minOrder = Math.min(minOrder, row.order());
    maxOrder = Math.max(maxOrder, row.order());
    bytes +=
        row.id().length()
            + 16L
            + (vector == null ? 0 : 4L * vector.length)
            + (payload == null ? 0 : payload.length);
  }

  /** Records so far. */
  public int rows() {
    return rows;
  }

  /** Bytes so far, about: exact to a few in a hundred. */
  public long bytes() {
    return bytes;
  }

  /**
   * Uploads the segment. At least one record must have been added. May be called again after a
   * failure of the store.
   *
   * @throws UncheckedIOException if the temporary file cannot be written
   */
  public StagedSegment finish() {
    if (finished != null) {
      return finished;
    }
    if (rows == 0) {
      throw new IllegalStateException("a segment has at least one record");
    }
    try {
      writer.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    output.upload(bucket, key);
    ObjectCheck check = output.check();
    StagedSegment staged =
        new StagedSegment(id, rows, tombstones, check.bytes(), check.crc32c(), minOrder, maxOrder);
    finished = staged;
    return staged;
  }

  /** Deletes the temporary file; without {@link #finish} nothing was uploaded. */
  @Override
  public void close() {
    try {
      output.discard();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
