package io.akidb.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.akidb.catalog.VectorRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes a record as a line that {@link JsonRecordParser} reads as the same record. */
final class JsonRecordWriter {
  private static final JsonFactory JSON = new JsonFactory();

  private JsonRecordWriter() {}

  /** One line, with its end. */
  static byte[] line(VectorRecord row) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("id", row.id());
      json.writeNumberField("order", row.order());
      float[] vector = row.vector();
      if (vector == null) {
        json.writeStringField("op", "delete");
      } else {
        json.writeBinaryField("vector", littleEndian(vector));
      }
      byte[] payload = row.payload();
      if (payload != null) {
        json.writeFieldName("payload");
        json.writeRawValue(new String(payload, StandardCharsets.UTF_8));
      }
      json.writeEndObject();
      json.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] littleEndian(float[] vector) {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * vector.length);
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(vector);
    return bytes.array();
  }
}
