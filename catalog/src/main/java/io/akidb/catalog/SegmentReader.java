package io.akidb.catalog;

import io.akidb.objectstore.ObjectNotFoundException;
import io.akidb.objectstore.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.avro.AvroRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Reads one segment, in the order it was written. For one thread. Up to 4 MiB are read and checked
 * as a whole before the first record; a larger segment streams, and its checksum is known to hold
 * only when {@link #hasNext} has answered false, so that what was read must not be published
 * earlier.
 */
public final class SegmentReader implements Iterator<VectorRecord>, AutoCloseable {
  private static final int WHOLE_BYTES_MAX = 4 << 20;

  private final StagedSegment segment;
  private final CheckedInput input;
  private final AvroRows<VectorRecord> records;
  private long rows;
  private long tombstones;
  private @Nullable Boolean more;

  SegmentReader(ObjectStore store, String key, StagedSegment segment, CollectionSchema schema) {
    this(open(store, key, segment), segment, schema);
  }

  private SegmentReader(InputStream bytes, StagedSegment segment, CollectionSchema schema) {
    this.segment = segment;
    this.input = new CheckedInput(bytes, segment.bytes());
    try {
      this.records =
          new AvroRows<>(input, SegmentFormat.SCHEMA, SegmentFormat.decoder(schema.dimension()));
    } catch (IOException | AvroRuntimeException e) {
      input.close();
      throw corrupt(e.getMessage(), e);
    } catch (RuntimeException e) {
      input.close();
      throw e;
    }
  }

  /**
   * Reads a segment whose bytes come from elsewhere, as from a bulk job's own file system.
   *
   * @param bytes the whole object; closed with the reader
   */
  public static SegmentReader of(
      InputStream bytes, StagedSegment segment, CollectionSchema schema) {
    return new SegmentReader(bytes, segment, schema);
  }

  private static InputStream open(ObjectStore store, String key, StagedSegment segment) {
    try {
      if (segment.bytes() > WHOLE_BYTES_MAX) {
        return store.open(key);
      }
      byte[] content = store.get(key, WHOLE_BYTES_MAX).bytes();
      if (!ObjectCheck.of(content).equals(checkOf(segment))) {
        throw new CorruptSegmentException(
            "segment " + segment.id() + ": its bytes are not the ones that were written", null);
      }
      return new ByteArrayInputStream(content);
    } catch (ObjectNotFoundException e) {
      throw new SegmentMissingException("segment " + segment.id() + " is not there", e);
    }
  }

  private static ObjectCheck checkOf(StagedSegment segment) {
    return new ObjectCheck(segment.bytes(), segment.crc32c());
  }

  /**
   * Whether there is another record.
   *
   * @throws CorruptSegmentException if the object is not what its reference says
   * @throws io.akidb.objectstore.ObjectStoreException if the store fails midway
   * @throws java.io.UncheckedIOException if the connection does
   */
  @Override
  public boolean hasNext() {
    Boolean known = more;
    if (known != null) {
      return known;
    }
    try {
      boolean another = records.hasNext();
      if (!another) {
        checkEnd();
      }
      more = another;
      return another;
    } catch (IOException | AvroRuntimeException e) {
      throw corrupt(e.getMessage(), e);
    }
  }

  private void checkEnd() {
    if (!input.check().equals(checkOf(segment))) {
      throw corrupt("its bytes are not the ones that were written", null);
    }
    if (rows != segment.rows() || tombstones != segment.tombstones()) {
      throw corrupt("it has " + rows + " rows, " + segment.rows() + " were written", null);
    }
  }

  @Override
  public VectorRecord next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    try {
      VectorRecord row = records.next();
      more = null;
      rows++;
      if (row.isTombstone()) {
        tombstones++;
      }
      return row;
    } catch (IOException | AvroRuntimeException e) {
      throw corrupt(e.getMessage(), e);
    }
  }

  private CorruptSegmentException corrupt(@Nullable String problem, @Nullable Throwable cause) {
    return new CorruptSegmentException(
        "segment " + segment.id() + ": " + (problem == null ? "cut short" : problem), cause);
  }

  /** Lets go of the connection. */
  @Override
  public void close() {
    input.close();
  }
}
