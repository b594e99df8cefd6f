package io.akidb.diskann.format.v1;

import io.akidb.diskann.CorruptShardException;
import io.akidb.diskann.kernel.SegmentLayout;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.roaringbitmap.RoaringBitmap;

/**
 * The portable form of a Roaring bitmap (RoaringFormatSpec), checked where it lies: what passes can
 * be deserialized and used without a look at its bounds.
 */
final class RoaringForm {
  private static final int COOKIE = 12346;
  private static final int COOKIE_WITH_RUNS = 12347;
  private static final int CONTAINERS_MAX = 1 << 16;
  private static final int ARRAY_MAX = 4096;
  private static final int BITMAP_BYTES = 8192;
  private static final int OFFSETS_FROM = 4;

  private final MemorySegment bytes;
  private long at;

  private RoaringForm(MemorySegment bytes) {
    this.bytes = bytes;
  }

  /**
   * Checks a bitmap that fills {@code bytes}.
   *
   * @param nodes every value must be below
   * @throws CorruptShardException if it is anything else
   */
  static void check(MemorySegment bytes, int nodes) {
    new RoaringForm(bytes).check(nodes);
  }

  /** Reads what {@link #check} passed. */
  static RoaringBitmap read(MemorySegment bytes) {
    RoaringBitmap bitmap = new RoaringBitmap();
    try {
      bitmap.deserialize(
          ByteBuffer.wrap(bytes.toArray(SegmentLayout.I8)).order(ByteOrder.LITTLE_ENDIAN));
    } catch (IOException | RuntimeException e) {
      throw new CorruptShardException("corrupt shard: a bitmap of an attribute", e);
    }
    return bitmap;
  }

  private void check(int nodes) {
    long cookie = u32();
    boolean hasRuns = (cookie & 0xffff) == COOKIE_WITH_RUNS;
    require(hasRuns || cookie == COOKIE, "begins with " + cookie);
    long size = hasRuns ? (cookie >>> 16) + 1 : u32();
    require(size <= CONTAINERS_MAX, "has " + size + " containers");
    long runFlags = at;
    skip(hasRuns ? (size + 7) / 8 : 0);
    long headers = at;
    skip(4 * size);
    long offsets = at;
    boolean hasOffsets = !hasRuns || size >= OFFSETS_FROM;
    skip(hasOffsets ? 4 * size : 0);
    int previousKey = -1;
    for (int i = 0; i < size; i++) {
      int key = u16At(headers + 4L * i);
      require(key > previousKey, "has its containers out of order");
      previousKey = key;
      require(!hasOffsets || u32At(offsets + 4L * i) == at, "has a container elsewhere");
      boolean isRun =
          hasRuns && ((bytes.get(SegmentLayout.I8, runFlags + i / 8) >> (i % 8)) & 1) != 0;
      int last = container(u16At(headers + 4L * i + 2) + 1, isRun);
      require((((long) key << 16) | last) < nodes, "names a node that is not there");
    }
    require(at == bytes.byteSize(), "has bytes behind its end");
  }

  /** Checks a container and answers its greatest value. */
  private int container(int cardinality, boolean isRun) {
    long start = at;
    if (isRun) {
      return runs(cardinality);
    }
    if (cardinality > ARRAY_MAX) {
      skip(BITMAP_BYTES);
      return words(start, cardinality);
    }
    skip(2L * cardinality);
    int previous = -1;
    for (int i = 0; i < cardinality; i++) {
      int value = u16At(start + 2L * i);
      require(value > previous, "has an array out of order");
      previous = value;
    }
    return previous;
  }

  private int words(long start, int cardinality) {
    int found = 0;
    int last = 0;
    for (int i = 0; i < BITMAP_BYTES / 8; i++) {
      long word = bytes.get(SegmentLayout.I64, start + 8L * i);
      found += Long.bitCount(word);
      last = word == 0 ? last : 64 * i + 63 - Long.numberOfLeadingZeros(word);
    }
    require(found == cardinality, "miscounts a container");
    return last;
  }

  private int runs(int cardinality) {
    skip(2);
    int count = u16At(at - 2);
    long start = at;
    skip(4L * count);
    int found = 0;
    int previous = -1;
    for (int i = 0; i < count; i++) {
      int first = u16At(start + 4L * i);
      int more = u16At(start + 4L * i + 2);
      require(first > previous && first + more < CONTAINERS_MAX, "has runs out of order");
      previous = first + more;
      found += more + 1;
    }
    require(found == cardinality, "miscounts a container");
    return previous;
  }

  private void skip(long count) {
    require(count <= bytes.byteSize() - at, "is cut off");
    at += count;
  }

  private long u32() {
    skip(4);
    return u32At(at - 4);
  }

  private long u32At(long offset) {
    return bytes.get(SegmentLayout.I32, offset) & 0xffffffffL;
  }

  private int u16At(long offset) {
    return (bytes.get(SegmentLayout.I8, offset) & 255)
        | ((bytes.get(SegmentLayout.I8, offset + 1) & 255) << 8);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw ShardFile.corrupt("a bitmap of an attribute " + what);
    }
  }
}
