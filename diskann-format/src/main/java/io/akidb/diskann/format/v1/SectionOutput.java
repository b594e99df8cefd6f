package io.akidb.diskann.format.v1;

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
public final class SectionOutput {
  private static final int BUFFER_BYTES = 1 << 20;

  private final FileChannel channel;
  private final ByteBuffer buffer;
  private final CRC32C checksum = new CRC32C();
  private long flushed;

  public SectionOutput(FileChannel channel) {
    this(channel, BUFFER_BYTES);
  }

  SectionOutput(FileChannel channel, int bufferBytes) {
    this.channel = channel;
    this.buffer = ByteBuffer.allocateDirect(bufferBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Where the next byte goes. */
  public long position() {
    return flushed + buffer.position();
  }

  /** Pads with zeros to a multiple, and starts a checksum. */
  public void begin(int alignment) {
    while (position() % alignment != 0) {
      putByte((byte) 0);
    }
    flush();
    checksum.reset();
  }

  /** The checksum of all since {@link #begin}. */
  public int crc32c() {
    flush();
    return (int) checksum.getValue();
  }

  public void putByte(byte value) {
    room(1).put(value);
  }

  public void putShort(short value) {
    room(2).putShort(value);
  }

  public void putInt(int value) {
    room(4).putInt(value);
  }

  public void putLong(long value) {
    room(8).putLong(value);
  }

  public void putFloat(float value) {
    room(4).putFloat(value);
  }

  public void putBytes(byte[] bytes) {
    putBytes(bytes, 0, bytes.length);
  }

  public void putBytes(byte[] bytes, int offset, int length) {
    int done = 0;
    while (done < length) {
      room(1);
      int step = Math.min(buffer.remaining(), length - done);
      buffer.put(bytes, offset + done, step);
      done += step;
    }
  }

  public void putSegment(MemorySegment segment) {
    long done = 0;
    while (done < segment.byteSize()) {
      room(1);
      int step = (int) Math.min(buffer.remaining(), segment.byteSize() - done);
      buffer.put(segment.asSlice(done, step).asByteBuffer());
      done += step;
    }
  }

  public void putZeros(long count) {
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

  public void flush() {
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
