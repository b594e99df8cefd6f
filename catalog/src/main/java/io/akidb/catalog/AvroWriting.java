package io.akidb.catalog;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.Encoder;

/** Writes Avro object container files. */
final class AvroWriting {
  private static final int BLOCK_BYTES = 64 * 1024;

  private AvroWriting() {}

  /** Encodes one row. */
  @FunctionalInterface
  interface RowEncoder<T> {
    void encode(T row, Encoder out) throws IOException;
  }

  /**
   * Starts a file.
   *
   * @param id of the file, from which its sync marker is taken: the same content is the same bytes
   */
  static <T> DataFileWriter<T> start(
      OutputStream out, Schema schema, UUID id, Map<String, String> metadata, RowEncoder<T> encoder)
      throws IOException {
    DataFileWriter<T> writer = new DataFileWriter<>(new Rows<>(encoder));
    writer.setSyncInterval(BLOCK_BYTES);
    writer.setMeta(AvroRows.FORMAT_VERSION_KEY, AvroRows.FORMAT_VERSION);
    metadata.forEach(writer::setMeta);
    return writer.create(schema, out, bytesOf(id));
  }

  /** A whole file in memory. */
  static <T> byte[] write(
      Schema schema, UUID id, Map<String, String> metadata, RowEncoder<T> encoder, List<T> rows) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataFileWriter<T> writer = start(bytes, schema, id, metadata, encoder)) {
      for (T row : rows) {
        writer.append(row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static byte[] bytesOf(UUID id) {
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  private record Rows<T>(RowEncoder<T> encoder) implements DatumWriter<T> {
    @Override
    public void setSchema(Schema schema) {
      // Rows are encoded by code that knows the schema.
    }

    @Override
    public void write(T row, Encoder out) throws IOException {
      encoder.encode(row, out);
    }
  }
}
