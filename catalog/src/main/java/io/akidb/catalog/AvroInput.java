package io.akidb.catalog;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Avro's binary encoding, with every length checked before anything is allocated for it; the
 * library's own decoder would take a damaged length of 2 GiB at its word.
 */
final class AvroInput {
  private final BinaryDecoder decoder;

  AvroInput(BinaryDecoder decoder) {
    this.decoder = decoder;
  }

  static AvroInput of(byte[] bytes, int length) {
    return new AvroInput(DecoderFactory.get().binaryDecoder(bytes, 0, length, null));
  }

  boolean isEnd() throws IOException {
    return decoder.isEnd();
  }

  long number() throws IOException {
    return decoder.readLong();
  }

  long number(long min, long max) throws IOException {
    long value = decoder.readLong();
    if (value < min || value > max) {
      throw new MalformedException("a number out of its range");
    }
    return value;
  }

  byte[] bytes(int max) throws IOException {
    byte[] bytes = new byte[(int) number(0, max)];
    decoder.readFixed(bytes);
    return bytes;
  }

  void fixed(byte[] target, int length) throws IOException {
    decoder.readFixed(target, 0, length);
  }

  String text(int maxBytes) throws IOException {
    return new String(bytes(maxBytes), StandardCharsets.UTF_8);
  }

  /** The second branch of a union of null and something. */
  boolean isPresent() throws IOException {
    return number(0, 1) == 1;
  }

  UUID uuid() throws IOException {
    return new UUID(bigEndianLong(), bigEndianLong());
  }

  private long bigEndianLong() throws IOException {
    byte[] bytes = new byte[8];
    decoder.readFixed(bytes);
    long value = 0;
    for (byte b : bytes) {
      value = (value << 8) | (b & 0xFF);
    }
    return value;
  }
}
