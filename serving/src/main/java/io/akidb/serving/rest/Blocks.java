package io.akidb.serving.rest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Bytes of a body, in blocks: neither copied as they become more nor put together, so that they
 * take no more memory than they are long, and a block. Written by one thread; then safe to be read
 * by many.
 */
final class Blocks {
  private static final int FIRST_BYTES = 8 << 10;
  private static final int BYTES_MAX = 64 << 10;

  private final List<byte[]> full = new ArrayList<>();
  private byte[] last;
  private int filled;
  private int size;

  /** None yet. */
  Blocks() {
    this(new byte[FIRST_BYTES], 0);
  }

  private Blocks(byte[] only, int filled) {
    this.last = only;
    this.filled = filled;
    this.size = filled;
  }

  /** Some that are there already, not copied; nothing can be added without that. */
  static Blocks of(byte[] all) {
    return new Blocks(all, all.length);
  }

  /** How many bytes they are. */
  int size() {
    return size;
  }

  /** Adds some. */
  void add(byte[] bytes, int from, int length) {
    for (int done = 0; done < length; ) {
      requireRoom();
      int part = Math.min(length - done, last.length - filled);
      System.arraycopy(bytes, from + done, last, filled, part);
      filled += part;
      size += part;
      done += part;
    }
  }

  /** Adds what a stream has next; how many bytes, -1 at its end. */
  int addFrom(InputStream in) throws IOException {
    requireRoom();
    int length = in.read(last, filled, last.length - filled);
    if (length > 0) {
      filled += length;
      size += length;
    }
    return length;
  }

  private void requireRoom() {
    if (filled == last.length) {
      full.add(last);
      last = new byte[Math.clamp(2L * filled, FIRST_BYTES, BYTES_MAX)];
      filled = 0;
    }
  }

  /** Takes bytes. */
  @FunctionalInterface
  interface Sink {
    void take(byte[] bytes, int from, int length) throws IOException;
  }

  /**
   * Hands all of them over, a piece at a time.
   *
   * @param pieceBytesMax most of one
   */
  void forEach(int pieceBytesMax, Sink sink) throws IOException {
    for (byte[] each : full) {
      forEach(each, each.length, pieceBytesMax, sink);
    }
    forEach(last, filled, pieceBytesMax, sink);
  }

  private static void forEach(byte[] block, int length, int pieceBytesMax, Sink sink)
      throws IOException {
    for (int from = 0; from < length; from += pieceBytesMax) {
      sink.take(block, from, Math.min(pieceBytesMax, length - from));
    }
  }

  /** All of them as one; for those that are short. */
  byte[] joined() {
    if (full.isEmpty() && filled == last.length) {
      return last;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream(size);
    full.forEach(all::writeBytes);
    all.write(last, 0, filled);
    return all.toByteArray();
  }

  /** All of them from the first one. */
  InputStream open() {
    return new Reader();
  }

  private final class Reader extends InputStream {
    private int block;
    private int at;

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) {
      Objects.checkFromIndexSize(from, length, into.length);
      while (block < full.size() && at == full.get(block).length) {
        block++;
        at = 0;
      }
      boolean isLast = block == full.size();
      byte[] bytes = isLast ? last : full.get(block);
      int part = Math.min(length, (isLast ? filled : bytes.length) - at);
      if (part == 0) {
        return length == 0 ? 0 : -1;
      }
      System.arraycopy(bytes, at, into, from, part);
      at += part;
      return part;
    }
  }
}
