package io.akidb.diskann.format.v1;

import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.kernel.SegmentLayout;
import java.lang.foreign.MemorySegment;
import java.util.function.LongPredicate;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/**
 * A column of numbers in a mapped shard: one of each node, and which nodes have one. Checked whole
 * when it is made. Thread-safe.
 */
final class MappedNumbers {
  private final MemorySegment bytes;
  private final MemorySegment present;
  private final boolean isLong;

  MappedNumbers(MemorySegment bytes, int size, boolean isLong) {
    this.bytes = bytes;
    this.isLong = isLong;
    long base = 8 * (size + 1L);
    if (bytes.byteSize() < base || bytes.get(SegmentLayout.I64, 0) != bytes.byteSize() - base) {
      throw ShardFile.corrupt("the numbers of an attribute are cut off");
    }
    this.present = bytes.asSlice(base);
    RoaringForm.check(present, size);
    if (!isLong && !matching(bits -> Double.isNaN(Double.longBitsToDouble(bits))).isEmpty()) {
      throw ShardFile.corrupt("a number of an attribute is not one");
    }
  }

  /** Nodes with a number. */
  RoaringBitmap present() {
    return RoaringForm.read(present);
  }

  /** The number of a node that has one, in its 64 bits. */
  long bits(int node) {
    return bytes.get(SegmentLayout.I64, 8 + 8L * node);
  }

  /** Nodes whose number, in its 64 bits, is accepted. */
  RoaringBitmap matching(LongPredicate accepts) {
    RoaringBitmap matching = new RoaringBitmap();
    PeekableIntIterator nodes = present().getIntIterator();
    while (nodes.hasNext()) {
      int node = nodes.next();
      if (accepts.test(bits(node))) {
        matching.add(node);
      }
    }
    return matching;
  }

  /** Compares a stored number with a given one, exactly also between integers and floats. */
  int compare(long bits, AttributeValue value) {
    if (value instanceof AttributeValue.Int64 other) {
      return isLong
          ? Long.compare(bits, other.value())
          : -compareMixed(other.value(), Double.longBitsToDouble(bits));
    }
    double other = ((AttributeValue.Float64) value).value();
    return isLong ? compareMixed(bits, other) : compare(Double.longBitsToDouble(bits), other);
  }

  // Unlike Double.compare, zero equals its negative.
  private static int compare(double a, double b) {
    return a < b ? -1 : a > b ? 1 : 0;
  }

  private static int compareMixed(long a, double b) {
    if (b >= 0x1p63) {
      return -1;
    }
    if (b < -0x1p63) {
      return 1;
    }
    int whole = Long.compare(a, (long) b);
    return whole != 0 ? whole : compare(0, b - (long) b);
  }
}
