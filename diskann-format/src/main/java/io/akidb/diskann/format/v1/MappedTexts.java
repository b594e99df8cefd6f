package io.akidb.diskann.format.v1;

import io.akidb.diskann.kernel.SegmentLayout;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.IntPredicate;
import org.roaringbitmap.RoaringBitmap;

/**
 * A column of texts in a mapped shard: the distinct ones, ascending, each with its nodes. Checked
 * whole when it is made. Thread-safe.
 */
final class MappedTexts {
  private final MemorySegment bytes;
  private final int count;
  private final long nodesOffsets;
  private final long textsBase;
  private final long nodesBase;

  MappedTexts(MemorySegment bytes, int size) {
    this.bytes = bytes;
    this.count = bytes.byteSize() < 4 ? -1 : bytes.get(SegmentLayout.I32, 0);
    this.nodesOffsets = 4 + 8 * (count + 1L);
    this.textsBase = 4 + 16 * (count + 1L);
    if (count < 0 || textsBase > bytes.byteSize()) {
      throw ShardFile.corrupt("the texts of an attribute are cut off");
    }
    this.nodesBase = textsBase + ascending(4, bytes.byteSize() - textsBase);
    if (nodesBase + ascending(nodesOffsets, bytes.byteSize() - nodesBase) != bytes.byteSize()) {
      throw ShardFile.corrupt("an attribute has bytes behind its end");
    }
    for (int i = 0; i < count; i++) {
      Utf8.decode(text(i), "a text of an attribute");
      if (i > 0 && compare(i - 1, text(i).toArray(SegmentLayout.I8)) >= 0) {
        throw ShardFile.corrupt("the texts of an attribute are out of order");
      }
      RoaringForm.check(nodes(i), size);
    }
  }

  /** Checks offsets that begin at 0 and do not descend, and answers the last. */
  private long ascending(long from, long most) {
    long previous = 0;
    for (int i = 0; i <= count; i++) {
      long offset = bytes.get(SegmentLayout.I64, from + 8L * i);
      if (i == 0 ? offset != 0 : offset < previous || offset > most) {
        throw ShardFile.corrupt("an attribute does not lie within its section");
      }
      previous = offset;
    }
    return previous;
  }

  private MemorySegment slice(long offsets, long base, int i) {
    long start = bytes.get(SegmentLayout.I64, offsets + 8L * i);
    return bytes.asSlice(base + start, bytes.get(SegmentLayout.I64, offsets + 8L * i + 8) - start);
  }

  private MemorySegment text(int i) {
    return slice(4, textsBase, i);
  }

  private MemorySegment nodes(int i) {
    return slice(nodesOffsets, nodesBase, i);
  }

  private int compare(int i, byte[] other) {
    return Arrays.compareUnsigned(text(i).toArray(SegmentLayout.I8), other);
  }

  /** The first text that is greater than the wanted one, or equal unless {@code greater}. */
  private int first(byte[] wanted, boolean greater) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      int order = compare(middle, wanted);
      if (order < 0 || (greater && order == 0)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Nodes of the text. */
  RoaringBitmap equal(byte[] wanted) {
    int i = first(wanted, false);
    return i < count && text(i).mismatch(MemorySegment.ofArray(wanted)) < 0
        ? RoaringForm.read(nodes(i))
        : new RoaringBitmap();
  }

  /** Nodes of the texts from the one on that is the first at {@code from} or behind it. */
  RoaringBitmap range(byte[] from, boolean fromInclusive) {
    return union(first(from, !fromInclusive), i -> true);
  }

  /** Nodes of the texts between the bounds. */
  RoaringBitmap range(byte[] from, boolean fromInclusive, byte[] to, boolean toInclusive) {
    int end = first(to, toInclusive);
    return union(first(from, !fromInclusive), i -> i < end);
  }

  /** Nodes of the texts that start so. */
  RoaringBitmap prefix(byte[] prefix) {
    MemorySegment wanted = MemorySegment.ofArray(prefix);
    return union(
        first(prefix, false),
        i -> {
          long mismatch = text(i).mismatch(wanted);
          return mismatch < 0 || mismatch == prefix.length;
        });
  }

  /** Tells each text and its nodes. */
  void forEach(BiConsumer<String, RoaringBitmap> each) {
    for (int i = 0; i < count; i++) {
      each.accept(Utf8.decode(text(i), "a text of an attribute"), RoaringForm.read(nodes(i)));
    }
  }

  private RoaringBitmap union(int from, IntPredicate goesOn) {
    RoaringBitmap union = new RoaringBitmap();
    for (int i = from; i < count && goesOn.test(i); i++) {
      union.or(RoaringForm.read(nodes(i)));
    }
    return union;
  }
}
