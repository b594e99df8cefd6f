package io.akidb.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.CRC32C;

/**
 * Counts and sums what is read. A failure to read is unchecked, so that it is not taken for a
 * malformed file.
 */
final class CheckedInput extends InputStream {
  private final InputStream in;
  private final long bytesMax;
  private final CRC32C crc = new CRC32C();
  private long bytes;

  CheckedInput(InputStream in, long bytesMax) {
    this.in = in;
    this.bytesMax = bytesMax;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int count;
    try {
      count = in.read(target, offset, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (count > 0) {
      crc.update(target, offset, count);
      bytes += count;
      if (bytes > bytesMax) {
        throw new MalformedException("longer than it was");
      }
    }
    return count;
  }

  ObjectCheck check() {
    return new ObjectCheck(bytes, (int) crc.getValue());
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
