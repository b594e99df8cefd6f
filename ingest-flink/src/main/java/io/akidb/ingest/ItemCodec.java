package io.akidb.ingest;

import io.akidb.catalog.VectorRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Items as bytes, as they travel between operators: Flink then needs no reflection and no
 * serializer of ours. Lives only within a job and its in-flight data.
 */
final class ItemCodec {
  private static final byte UPSERT = 0;
  private static final byte TOMBSTONE = 1;
  private static final byte DEAD_LETTER = 2;

  private ItemCodec() {}

  static byte[] encode(Item item) {
    byte[] source = utf8(item.origin().source());
    byte[] position = utf8(item.origin().position());
    if (item instanceof Item.DeadLetter letter) {
      byte[] reason = utf8(letter.reason());
      return new Output(
              1 + 16 + source.length + position.length + reason.length + letter.raw().length)
          .put(DEAD_LETTER)
          .put(source)
          .put(position)
          .put(reason)
          .put(letter.raw())
          .bytes();
    }
    VectorRecord row = ((Item.Row) item).vector();
    byte[] id = utf8(row.id());
    float[] vector = row.vector();
    byte[] payload = row.payload();
    int length =
        1
            + 8
            + 12
            + id.length
            + source.length
            + position.length
            + 4
            + (vector == null ? 0 : 4 * vector.length)
            + 4
            + (payload == null ? 0 : payload.length);
    Output out =
        new Output(length)
            .put(vector == null ? TOMBSTONE : UPSERT)
            .put(id)
            .put(source)
            .put(position);
    out.buffer.putLong(row.order());
    out.buffer.putInt(vector == null ? -1 : vector.length);
    if (vector != null) {
      for (float component : vector) {
        out.buffer.putFloat(component);
      }
    }
    out.buffer.putInt(payload == null ? -1 : payload.length);
    if (payload != null) {
      out.buffer.put(payload);
    }
    return out.bytes();
  }

  static Item decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    byte kind = in.get();
    if (kind == DEAD_LETTER) {
      Item.Origin origin = new Item.Origin(text(in), text(in));
      return new Item.DeadLetter(text(in), bytes(in), origin);
    }
    String id = text(in);
    Item.Origin origin = new Item.Origin(text(in), text(in));
    long order = in.getLong();
    float @Nullable [] vector = vector(in);
    int length = in.getInt();
    byte @Nullable [] payload = null;
    if (length >= 0) {
      payload = new byte[length];
      in.get(payload);
    }
    return new Item.Row(new VectorRecord(id, order, vector, payload), origin);
  }

  private static float @Nullable [] vector(ByteBuffer in) {
    int dimension = in.getInt();
    if (dimension < 0) {
      return null;
    }
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = in.getFloat();
    }
    return vector;
  }

  /** A hash by which an item finds its writer: the same for all versions of one id. */
  static int route(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    in.get();
    int length = in.getInt();
    int hash = 1;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + in.get();
    }
    return hash;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] bytes(ByteBuffer in) {
    byte[] bytes = new byte[in.getInt()];
    in.get(bytes);
    return bytes;
  }

  private static String text(ByteBuffer in) {
    return new String(bytes(in), StandardCharsets.UTF_8);
  }

  private static final class Output {
    private final ByteBuffer buffer;

    Output(int length) {
      buffer = ByteBuffer.allocate(length);
    }

    Output put(byte kind) {
      buffer.put(kind);
      return this;
    }

    Output put(byte[] text) {
      buffer.putInt(text.length).put(text);
      return this;
    }

    byte[] bytes() {
      return buffer.hasRemaining()
          ? Arrays.copyOf(buffer.array(), buffer.position())
          : buffer.array();
    }
  }
}
