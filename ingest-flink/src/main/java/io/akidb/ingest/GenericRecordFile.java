package io.akidb.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/**
 * Avro and Parquet: fields {@code id} and {@code vector} (a list of numbers, or bytes of
 * little-endian f32), {@code op}, {@code order}, {@code tenant_id}, and either {@code payload} (a
 * JSON text, a record or a map) or any other fields, which become the payload.
 */
final class GenericRecordFile extends RecordFile {
  /** Records in order; null at the end. */
  interface Records extends AutoCloseable {
    @Nullable GenericRecord next() throws IOException;

    @Override
    void close() throws IOException;
  }

  private final Records records;
  private final GenericFields fields;
  private final long baseOrder;

  GenericRecordFile(
      Path path, Records records, JsonRecordParser parser, long baseOrder, long rowsMax) {
    super(path, rowsMax);
    this.records = records;
    this.fields = new GenericFields(parser);
    this.baseOrder = baseOrder;
  }

  @Override
  @Nullable Item read(long row) throws IOException {
    GenericRecord record = records.next();
    if (record == null) {
      return null;
    }
    try {
      return new Item.Row(fields.toRecord(record, baseOrder + row), origin(row));
    } catch (BadRecordException e) {
      byte[] raw = record.toString().getBytes(StandardCharsets.UTF_8);
      return new Item.DeadLetter(
          String.valueOf(e.getMessage()),
          Arrays.copyOf(raw, Math.min(raw.length, RAW_BYTES_MAX)),
          origin(row));
    }
  }

  @Override
  public void close() {
    try {
      records.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
