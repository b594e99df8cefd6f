package io.akidb.catalog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.io.Encoder;
import org.jspecify.annotations.Nullable;

/** How a record stands in a segment; {@code catalog/spec/manifest-v1.md}, "Segments". */
final class SegmentFormat {
  static final int ID_BYTES_MAX = 512;
  static final int PAYLOAD_BYTES_MAX = 64 * 1024;

  static final Schema SCHEMA =
      SchemaBuilder.record("VectorRecord")
          .namespace("io.akidb.segment")
          .fields()
          .requiredString("id")
          .requiredLong("order")
          .name("vector")
          .type()
          .unionOf()
          .nullType()
          .and()
          .bytesType()
          .endUnion()
          .noDefault()
          .name("payload")
          .type()
          .unionOf()
          .nullType()
          .and()
          .bytesType()
          .endUnion()
          .noDefault()
          .endRecord();

  private SegmentFormat() {}

  /** Whether an id has 1 to {@value #ID_BYTES_MAX} bytes, so that the reader takes it. */
  static boolean fits(String id) {
    int bytes =
        id.length() * 3 <= ID_BYTES_MAX ? id.length() : id.getBytes(StandardCharsets.UTF_8).length;
    return bytes >= 1 && bytes <= ID_BYTES_MAX;
  }

  /** For one thread, since it reuses its buffer. */
  static AvroWriting.RowEncoder<VectorRecord> encoder(int dimension) {
    byte[] scratch = new byte[4 * dimension];
    return (row, out) -> encode(row, scratch, out);
  }

  private static void encode(VectorRecord row, byte[] scratch, Encoder out) throws IOException {
    out.writeString(row.id());
    out.writeLong(row.order());
    float[] vector = row.vector();
    if (vector == null) {
      out.writeIndex(0);
      out.writeNull();
    } else {
      ByteBuffer.wrap(scratch).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(vector);
      writePresent(scratch, out);
    }
    byte[] payload = row.payload();
    if (payload == null) {
      out.writeIndex(0);
      out.writeNull();
    } else {
      writePresent(payload, out);
    }
  }

  private static void writePresent(byte[] bytes, Encoder out) throws IOException {
    out.writeIndex(1);
    out.writeBytes(bytes, 0, bytes.length);
  }

  /** For one thread, since it reuses its buffer. */
  static AvroRows.RowDecoder<VectorRecord> decoder(int dimension) {
    byte[] scratch = new byte[4 * dimension];
    return in -> decode(in, dimension, scratch);
  }

  private static VectorRecord decode(AvroInput in, int dimension, byte[] scratch)
      throws IOException {
    String id = in.text(ID_BYTES_MAX);
    long order = in.number();
    float @Nullable [] vector = null;
    if (in.isPresent()) {
      in.number(scratch.length, scratch.length);
      in.fixed(scratch, scratch.length);
      vector = new float[dimension];
      ByteBuffer.wrap(scratch).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
    }
    byte @Nullable [] payload = in.isPresent() ? in.bytes(PAYLOAD_BYTES_MAX) : null;
    return new VectorRecord(id, order, vector, payload);
  }
}
