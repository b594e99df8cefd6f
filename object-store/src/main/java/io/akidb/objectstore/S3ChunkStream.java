package io.akidb.objectstore;

import java.io.InputStream;
import java.util.Objects;

/** One version of an S3 object in sequence, holding one chunk and, between reads, no connection. */
final class S3ChunkStream extends InputStream {
  private final S3Reads reads;
  private final ObjectMetadata object;
  private byte[] chunk;
  private int position;
  private long chunkEnd;
  private boolean closed;

  S3ChunkStream(S3Reads reads, S3Reads.Beginning beginning) {
    this.reads = reads;
    this.object = beginning.metadata();
    this.chunk = beginning.bytes();
    this.chunkEnd = chunk.length;
  }

  @Override
  public int read() {
    return fill() ? chunk[position++] & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, chunk.length - position);
    System.arraycopy(chunk, position, into, offset, count);
    position += count;
    return count;
  }

  /** Whether there is a byte to read. */
  private boolean fill() {
    if (closed) {
      throw new InvalidRequestException("the stream of " + object.key() + " was closed", null);
    }
    if (position < chunk.length) {
      return true;
    }
    long rest = object.size() - chunkEnd;
    if (rest <= 0) {
      return false;
    }
    int length = (int) Math.min(rest, S3Reads.CHUNK_BYTES);
    byte[] next = length == chunk.length ? chunk : new byte[length];
    reads.chunk(object.key(), object.etag(), chunkEnd, next, 0, length);
    chunk = next;
    chunkEnd += length;
    position = 0;
    return true;
  }

  @Override
  public int available() {
    return closed ? 0 : chunk.length - position;
  }

  @Override
  public void close() {
    closed = true;
    chunk = new byte[0];
    position = 0;
  }
}
