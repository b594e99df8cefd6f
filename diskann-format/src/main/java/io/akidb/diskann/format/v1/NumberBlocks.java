package io.akidb.diskann.format.v1;

import io.akidb.diskann.kernel.SegmentLayout;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.roaringbitmap.RoaringBitmap;

/**
 * A number of 64 bits for some positions, which come ascending. Blocks of them go to a file that is
 * shared with others: the heap holds one block, and a bit or so for each position.
 */
final class NumberBlocks {
  private static final int BLOCK_BITS = 9;
  private static final int BLOCK = 1 << BLOCK_BITS;
  private static final long NOWHERE = -1;

  private final RoaringBitmap present = new RoaringBitmap();
  private long[] block = new long[0];
  private int current = -1;
  private int last = -1;

  /** Of each block where it lies in the file. */
  private long[] blockAt = new long[0];

  /**
   * Takes a number.
   *
   * @param position larger than all before
   */
  void add(SectionOutput file, int position, long bits) {
    int number = position >>> BLOCK_BITS;
    if (position <= last) {
      throw new IllegalStateException("position " + position + " is out of order");
    }
    if (number != current) {
      flush(file);
      current = number;
      if (block.length == 0) {
        block = new long[BLOCK];
      }
    }
    last = position;
    block[position & BLOCK - 1] = bits;
    present.add(position);
  }

  /** Writes what is not in the file yet. */
  void flush(SectionOutput file) {
    if (current < 0) {
      return;
    }
    if (current >= blockAt.length) {
      int before = blockAt.length;
      blockAt = Arrays.copyOf(blockAt, Math.max(current + 1, before + before / 2));
      Arrays.fill(blockAt, before, blockAt.length, NOWHERE);
    }
    blockAt[current] = file.position();
    for (long bits : block) {
      file.putLong(bits);
    }
    Arrays.fill(block, 0);
    current = -1;
  }

  /** Which positions have a number. */
  RoaringBitmap present() {
    return present;
  }

  /** The number of a position, 0 where there is none. All was flushed. */
  long get(MemorySegment file, int position) {
    int number = position >>> BLOCK_BITS;
    if (number >= blockAt.length || blockAt[number] == NOWHERE) {
      return 0;
    }
    return file.get(SegmentLayout.I64, blockAt[number] + 8L * (position & BLOCK - 1));
  }
}
