package io.akidb.ingest;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.akidb.catalog.VectorRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetReader;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.io.LocalInputFile;
import org.jspecify.annotations.Nullable;

/**
 * Avro and Parquet: fields {@code id} and {@code vector} (a list of numbers, or bytes of
 * little-endian f32), {@code op}, {@code order}, and either {@code payload} (a JSON text) or any
 * other fields, which become the payload.
 */
final class GenericRecordFile extends RecordFile {
  private static final JsonMapper JSON = new JsonMapper();

  /** Records in order; null at the end. */
  interface Records extends AutoCloseable {
    @Nullable GenericRecord next() throws IOException;

    @Override
    void close() throws IOException;
  }

  private final Records records;
  private final long baseOrder;

  GenericRecordFile(Path path, Records records, long baseOrder, long rowsMax) {
    super(path, rowsMax);
    this.records = records;
    this.baseOrder = baseOrder;
  }

  static Records avro(Path path) throws IOException {
    DataFileStream<GenericRecord> stream =
        new DataFileStream<>(stream(path), new GenericDatumReader<GenericRecord>());
    return new Records() {
      @Override
      public @Nullable GenericRecord next() throws IOException {
        try {
          return stream.hasNext() ? stream.next() : null;
        } catch (AvroRuntimeException e) {
          throw new IOException(e.getMessage(), e);
        }
      }

      @Override
      public void close() throws IOException {
        stream.close();
      }
    };
  }

  static Records parquet(Path path) throws IOException {
    ParquetReader<GenericRecord> reader =
        AvroParquetReader.<GenericRecord>builder(
                new LocalInputFile(path), new PlainParquetConfiguration())
            .build();
    return new Records() {
      @Override
      public @Nullable GenericRecord next() throws IOException {
        try {
          return reader.read();
        } catch (RuntimeException e) {
          // Parquet reports damage by many kinds of them.
          throw new IOException(String.valueOf(e.getMessage()), e);
        }
      }

      @Override
      public void close() throws IOException {
        reader.close();
      }
    };
  }

  @Override
  @Nullable Item read(long row) throws IOException {
    GenericRecord fields = records.next();
    if (fields == null) {
      return null;
    }
    try {
      return new Item.Row(toRecord(fields, baseOrder + row), origin(row));
    } catch (BadRecordException e) {
      byte[] raw = fields.toString().getBytes(StandardCharsets.UTF_8);
      return new Item.DeadLetter(
          String.valueOf(e.getMessage()),
          java.util.Arrays.copyOf(raw, Math.min(raw.length, RAW_BYTES_MAX)),
          origin(row));
    }
  }

  private static VectorRecord toRecord(GenericRecord fields, long defaultOrder) throws IOException {
    Object id = field(fields, "id");
    if (id == null) {
      throw new BadRecordException("id is missing");
    }
    long order =
        field(fields, "order") instanceof Number number ? number.longValue() : defaultOrder;
    Object op = field(fields, "op");
    if (op != null && op.toString().equals("delete")) {
      return VectorRecord.tombstone(id.toString(), order);
    }
    return VectorRecord.upsert(
        id.toString(), order, vector(field(fields, "vector")), payload(fields));
  }

  private static @Nullable Object field(GenericRecord fields, String name) {
    return fields.getSchema().getField(name) == null ? null : fields.get(name);
  }

  private static float[] vector(@Nullable Object value) {
    if (value instanceof ByteBuffer bytes && bytes.remaining() % 4 == 0) {
      float[] vector = new float[bytes.remaining() / 4];
      bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
      return vector;
    }
    if (value instanceof Collection<?> components) {
      float[] vector = new float[components.size()];
      int i = 0;
      for (Object component : components) {
        Object number = component instanceof GenericRecord wrapped ? wrapped.get(0) : component;
        if (!(number instanceof Number numeric)) {
          throw new BadRecordException("vector[" + i + "] is not a number");
        }
        vector[i++] = numeric.floatValue();
      }
      return vector;
    }
    throw new BadRecordException("vector is neither a list of numbers nor bytes of whole f32");
  }

  private static byte[] payload(GenericRecord fields) throws IOException {
    Object given = field(fields, "payload");
    if (given instanceof CharSequence text) {
      return text.toString().getBytes(StandardCharsets.UTF_8);
    }
    Map<String, Object> others = new LinkedHashMap<>();
    for (Schema.Field field : fields.getSchema().getFields()) {
      Object value = fields.get(field.pos());
      if (value != null
          && !List.of("id", "vector", "op", "order", "payload").contains(field.name())) {
        others.put(field.name(), plain(value));
      }
    }
    return JSON.writeValueAsBytes(others);
  }

  private static Object plain(Object value) {
    if (value instanceof Collection<?> items) {
      return items.stream()
          .map(item -> item instanceof GenericRecord wrapped ? wrapped.get(0) : item)
          .map(item -> item instanceof CharSequence ? item.toString() : item)
          .toList();
    }
    return value instanceof Number || value instanceof Boolean ? value : value.toString();
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
