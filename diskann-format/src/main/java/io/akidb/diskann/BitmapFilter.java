package io.akidb.diskann;

import org.roaringbitmap.RoaringBitmap;

/**
 * A filter whose matches are known.
 *
 * @param nodes the matches; not to be changed any more
 */
public record BitmapFilter(RoaringBitmap nodes) implements NodeFilter {
  @Override
  public boolean accepts(int nodeId) {
    return nodes.contains(nodeId);
  }
}
