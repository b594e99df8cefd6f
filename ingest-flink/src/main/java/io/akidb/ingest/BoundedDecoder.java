package io.akidb.ingest;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.Decoder;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Checks every length before anything is allocated for it; the library's own decoder takes a
 * damaged length of 2 GiB at its word.
 */
final class BoundedDecoder extends Decoder {
  private static final int BYTES_MAX = 4 << 20;
  private static final long ITEMS_MAX = 1 << 20;

  private final Decoder in;

  BoundedDecoder(Decoder in) {
    this.in = in;
  }

  private byte[] bytes() throws IOException {
    long length = in.readLong();
    if (length < 0 || length > BYTES_MAX) {
      throw new IOException("a text or bytes of length " + length + ", at most " + BYTES_MAX);
    }
    byte[] bytes = new byte[(int) length];
    in.readFixed(bytes);
    return bytes;
  }

  private static long items(long count) throws IOException {
    if (count < 0 || count > ITEMS_MAX) {
      throw new IOException("a list of " + count + " items, at most " + ITEMS_MAX);
    }
    return count;
  }

  @Override
  public Utf8 readString(@Nullable Utf8 old) throws IOException {
    return new Utf8(bytes());
  }

  @Override
  public String readString() throws IOException {
    return readString(null).toString();
  }

  @Override
  public ByteBuffer readBytes(@Nullable ByteBuffer old) throws IOException {
    return ByteBuffer.wrap(bytes());
  }

  @Override
  public long readArrayStart() throws IOException {
    return items(in.readArrayStart());
  }

  @Override
  public long arrayNext() throws IOException {
    return items(in.arrayNext());
  }

  @Override
  public long readMapStart() throws IOException {
    return items(in.readMapStart());
  }

  @Override
  public long mapNext() throws IOException {
    return items(in.mapNext());
  }

  @Override
  public void readNull() throws IOException {
    in.readNull();
  }

  @Override
  public boolean readBoolean() throws IOException {
    return in.readBoolean();
  }

  @Override
  public int readInt() throws IOException {
    return in.readInt();
  }

  @Override
  public long readLong() throws IOException {
    return in.readLong();
  }

  @Override
  public float readFloat() throws IOException {
    return in.readFloat();
  }

  @Override
  public double readDouble() throws IOException {
    return in.readDouble();
  }

  @Override
  public void readFixed(byte[] bytes, int start, int length) throws IOException {
    in.readFixed(bytes, start, length);
  }

  @Override
  public int readEnum() throws IOException {
    return in.readEnum();
  }

  @Override
  public int readIndex() throws IOException {
    return in.readIndex();
  }

  // The file's own schema reads it, so that nothing is ever skipped.

  @Override
  public void skipString() {
    throw skipped();
  }

  @Override
  public void skipBytes() {
    throw skipped();
  }

  @Override
  public void skipFixed(int length) {
    throw skipped();
  }

  @Override
  public long skipArray() {
    throw skipped();
  }

  @Override
  public long skipMap() {
    throw skipped();
  }

  private static AvroRuntimeException skipped() {
    return new AvroRuntimeException("a field is skipped that should be read");
  }
}
