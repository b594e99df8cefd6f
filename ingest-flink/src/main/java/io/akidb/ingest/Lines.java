package io.akidb.ingest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Lines of bounded length. A longer one is answered cut, and passed over whole. For one thread. */
final class Lines implements AutoCloseable {
  /** The longest line: a vector of 4,096 numbers of 20 characters, a payload, and room. */
  static final int LINE_BYTES_MAX = 1 << 20;

  private final InputStream in;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean wasCut;

  Lines(InputStream in) {
    this.in = in;
  }

  /** The next line without its end, or null at the end of the file. */
  byte @Nullable [] next() throws IOException {
    line.reset();
    wasCut = false;
    int next = in.read();
    if (next < 0) {
      return null;
    }
    for (; next >= 0 && next != '\n'; next = in.read()) {
      if (line.size() < LINE_BYTES_MAX) {
        line.write(next);
      } else {
        wasCut = true;
      }
    }
    return line.toByteArray();
  }

  /** Whether the last line was longer than {@link #LINE_BYTES_MAX}. */
  boolean wasCut() {
    return wasCut;
  }

  /** Whether a line says nothing. */
  static boolean isBlank(byte[] line) {
    for (byte b : line) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
