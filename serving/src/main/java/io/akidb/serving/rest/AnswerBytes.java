package io.akidb.serving.rest;

import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.io.ByteArrayOutputStream;

/**
 * An answer that is being written, of bounded length: rows are bounded in number by what was asked
 * for, but payloads may be long. For one thread.
 */
final class AnswerBytes extends ByteArrayOutputStream {
  static final int BYTES_MAX = 64 << 20;

  @Override
  public synchronized void write(int b) {
    requireRoomFor(1);
    super.write(b);
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int length) {
    requireRoomFor(length);
    super.write(bytes, from, length);
  }

  private void requireRoomFor(int length) {
    if (count > BYTES_MAX - length) {
      throw ServingException.of(
          Reason.TOO_LARGE,
          "the answer would be longer than "
              + (BYTES_MAX >> 20)
              + " MiB; ask for a smaller k or fewer vectors, or leave the payload out by"
              + " \"include\": []");
    }
  }
}
