package io.akidb.catalog;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Bytes that stay in memory while they are few and go to a file when they are not. */
final class SegmentOutput extends OutputStream {
  private final Path file;
  private final int memoryBytesMax;
  private final CRC32C crc = new CRC32C();
  private @Nullable ByteArrayOutputStream memory = new ByteArrayOutputStream();
  private @Nullable OutputStream disk;
  private long bytes;

  SegmentOutput(Path file, int memoryBytesMax) {
    this.file = file;
    this.memoryBytesMax = memoryBytesMax;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    ByteArrayOutputStream buffer = memory;
    OutputStream out = disk;
    if (buffer != null && buffer.size() + (long) length > memoryBytesMax) {
      out = Files.newOutputStream(file);
      disk = out;
      buffer.writeTo(out);
      buffer = null;
      memory = null;
    }
    if (buffer != null) {
      buffer.write(source, offset, length);
    } else if (out != null) {
      out.write(source, offset, length);
    }
    crc.update(source, offset, length);
    bytes += length;
  }

  @Override
  public void close() throws IOException {
    if (disk != null) {
      disk.close();
    }
  }

  ObjectCheck check() {
    return new ObjectCheck(bytes, (int) crc.getValue());
  }

  /** To the bucket, after {@link #close}. */
  void upload(Bucket bucket, String key) {
    if (memory != null) {
      bucket.put(key, memory.toByteArray());
    } else {
      bucket.putFile(key, file);
    }
  }

  /** Lets go of what is kept. */
  void discard() throws IOException {
    close();
    memory = null;
    if (disk != null) {
      Files.deleteIfExists(file);
    }
  }
}
