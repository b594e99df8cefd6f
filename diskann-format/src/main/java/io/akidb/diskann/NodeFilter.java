package io.akidb.diskann;

import org.roaringbitmap.RoaringBitmap;

/** Which nodes may be answered. Called from the searching thread only. */
@FunctionalInterface
public interface NodeFilter {
  /** Whether the node may be answered. */
  boolean accepts(int nodeId);

  /**
   * The nodes of a bitmap; since their number is known, few matches are scanned rather than walked
   * to.
   */
  static NodeFilter of(RoaringBitmap nodes) {
    return new BitmapFilter(nodes);
  }
}
