package io.akidb.catalog;

import java.util.List;
import java.util.UUID;

/**
 * The list of segments as the head holds it: the newest ones inline, older ones behind pages.
 *
 * @param newest ascending by sequence
 * @param levels pages by level, level 1 first; each list ascending by sequence, and all of a higher
 *     level older than all of a lower one
 */
record SegmentTree(List<SegmentRef> newest, List<List<PageRef>> levels) {
  static final SegmentTree EMPTY = new SegmentTree(List.of(), List.of());

  SegmentTree {
    newest = List.copyOf(newest);
    levels = levels.stream().map(List::copyOf).toList();
  }

  /**
   * An immutable page of the list: of segments at level 1, of pages of the level below elsewhere.
   */
  record PageRef(
      UUID id, long firstSequence, long lastSequence, Head.Totals totals, int bytes, int crc32c) {}
}
