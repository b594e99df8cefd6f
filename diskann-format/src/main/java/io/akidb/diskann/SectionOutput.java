package io.akidb.diskann;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * A file's bytes in order, little-endian, through one buffer, with a checksum since the last {@link
 * #begin}.
 */
final class SectionOutput {
  private static final int BUFFER_BYTES = 1 << 20;

  private final FileChannel channel;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final CRC32C checksum = new CRC32C();
  private long flushed;

  SectionOutput(FileChannel channel) {
    this.channel = channel;
  }

  /** Where the next byte goes. */
  long position() {
    return flushed + buffer.position();
  }

  /** Pads with zeros to a multiple, and starts a checksum. */
  void begin(int alignment) {
    while (position() % alignment != 0) {
      putByte((byte) 0);
    }
    flush();
    checksum.reset();
  }

  /** The checksum of all since {@link #begin}. */
  int crc32c() {
    flush();
    return (int) checksum.getValue();
  }

  void putByte(byte value) {
    room(1).put(value);
  }

  void putInt(int value) {
    room(4).putInt(value);
  }

  void putLong(long value) {
    room(8).putLong(value);
  }

  void putFloat(float value) {
    room(4).putFloat(value);
  }

  void putBytes(byte[] bytes) {
    putBytes(bytes, 0, bytes.length);
  }

  void putBytes(byte[] bytes, int offset, int length) {
    int done = 0;
    while (done < length) {
      room(1);
      int step = Math.min(buffer.remaining(), length - done);
      buffer.put(bytes, offset + done, step);
      done += step;
    }
  }

  void putSegment(MemorySegment segment) {
    long done = 0;
    while (done < segment.byteSize()) {
      room(1);
      int step = (int) Math.min(buffer.remaining(), segment.byteSize() - done);
      buffer.put(segment.asSlice(done, step).asByteBuffer());
      done += step;
    }
  }

  void putZeros(long count) {
    for (long i = 0; i < count; i++) {
      putByte((byte) 0);
    }
  }

  private ByteBuffer room(int bytes) {
    if (buffer.remaining() < bytes) {
      flush();
    }
    return buffer;
  }

  void flush() {
    buffer.flip();
    checksum.update(buffer.duplicate());
    flushed += buffer.remaining();
    try {
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the shard file", e);
    }
    buffer.clear();
  }
}
