package io.akidb.diskann;

import org.jspecify.annotations.Nullable;
import org.roaringbitmap.BatchIterator;
import org.roaringbitmap.RoaringBitmap;

/**
 * A filter whose matches are known. Safe for any thread, and worth keeping for other queries: what
 * makes it fast is made once.
 */
public final class BitmapFilter implements NodeFilter {
  private static final int BATCH = 256;

  private final RoaringBitmap nodes;
  private volatile long @Nullable [] bits;

  /**
   * A filter.
   *
   * @param nodes the matches; not to be changed any more
   */
  public BitmapFilter(RoaringBitmap nodes) {
    this.nodes = nodes;
  }

  /** The matches; not to be changed. */
  public RoaringBitmap nodes() {
    return nodes;
  }

  @Override
  public boolean accepts(int nodeId) {
    long[] known = bits;
    if (known == null) {
      return nodes.contains(nodeId);
    }
    int word = nodeId >> 6;
    return word >= 0 && word < known.length && (known[word] >> nodeId & 1) != 0;
  }

  /**
   * Makes {@link #accepts} a look at one word, where it was a search in a sorted list: for who asks
   * for thousands of nodes. Takes a bit for each node.
   *
   * @param size nodes that there are; no others are accepted from then on
   */
  public void expand(int size) {
    if (bits != null) {
      return;
    }
    long[] made = new long[(size + 63) >> 6];
    int[] batch = new int[BATCH];
    BatchIterator matches = nodes.getBatchIterator();
    while (matches.hasNext()) {
      int count = matches.nextBatch(batch);
      for (int i = 0; i < count; i++) {
        // Ascending as unsigned numbers: the first that is not there ends it.
        if (batch[i] < 0 || batch[i] >= size) {
          bits = made;
          return;
        }
        made[batch[i] >> 6] |= 1L << batch[i];
      }
    }
    bits = made;
  }
}
