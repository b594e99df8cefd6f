package io.akidb.catalog;

import java.util.ArrayList;
import java.util.List;

/**
 * The list of segments as the head holds it, log-structured: the newest segments inline, older ones
 * behind pages. When a list is full it becomes one page of the level above, so that a commit writes
 * less than 1/{@value #FANOUT} page on average, however many segments there are, and the head stays
 * small. After O'Neil et al., "The log-structured merge-tree", 1996, without the merging: all is in
 * order of sequence.
 *
 * @param newest ascending by sequence
 * @param levels pages by level, level 1 first; each list ascending by sequence, and everything of a
 *     higher level older than everything of a lower one
 */
record SegmentTree(List<SegmentRef> newest, List<List<PageRef>> levels) {
  /** Most entries of a list, and of a page. */
  static final int FANOUT = 64;

  /** Most levels of pages: 64 to the seventh segments. */
  static final int LEVELS_MAX = 6;

  static final SegmentTree EMPTY = new SegmentTree(List.of(), List.of());

  /**
   * Copies and checks the order.
   *
   * @throws IllegalArgumentException if it is wrong
   */
  SegmentTree {
    newest = List.copyOf(newest);
    levels = levels.stream().map(List::copyOf).toList();
    long last = -1;
    for (int level = levels.size() - 1; level >= 0; level--) {
      for (PageRef page : levels.get(level)) {
        last = checkOrder(page.firstSequence(), last, page.lastSequence());
      }
    }
    for (SegmentRef ref : newest) {
      last = checkOrder(ref.sequence(), last, ref.sequence());
    }
  }

  private static long checkOrder(long first, long previous, long last) {
    if (first <= previous) {
      throw new IllegalArgumentException("segments out of order");
    }
    return last;
  }

  /** Adds segments at the end; writes the pages that become full. */
  SegmentTree append(List<SegmentRef> added, Pages pages) {
    List<SegmentRef> inline = new ArrayList<>(newest);
    inline.addAll(added);
    List<List<PageRef>> above = new ArrayList<>();
    levels.forEach(level -> above.add(new ArrayList<>(level)));
    while (inline.size() > FANOUT) {
      List<SegmentRef> full = inline.subList(0, FANOUT);
      push(above, 0, pages.writeSegments(full));
      full.clear();
    }
    for (int level = 0; level < above.size(); level++) {
      while (above.get(level).size() > FANOUT) {
        List<PageRef> full = above.get(level).subList(0, FANOUT);
        push(above, level + 1, pages.writePages(full));
        full.clear();
      }
    }
    return new SegmentTree(inline, above);
  }

  private static void push(List<List<PageRef>> levels, int level, PageRef page) {
    if (level == levels.size()) {
      if (level == LEVELS_MAX) {
        throw new IllegalStateException("the collection has too many segments");
      }
      levels.add(new ArrayList<>());
    }
    levels.get(level).add(page);
  }

  /** Without what lies wholly at or below {@code watermark}. */
  SegmentTree without(long watermark) {
    List<List<PageRef>> above = new ArrayList<>();
    for (List<PageRef> level : levels) {
      above.add(level.stream().filter(page -> page.lastSequence() > watermark).toList());
    }
    while (!above.isEmpty() && above.get(above.size() - 1).isEmpty()) {
      above.remove(above.size() - 1);
    }
    return new SegmentTree(
        newest.stream().filter(ref -> ref.sequence() > watermark).toList(), above);
  }

  /** The segments above {@code floor}, ascending; reads the pages that hold some. */
  List<SegmentRef> after(long floor, Pages pages) {
    List<SegmentRef> found = new ArrayList<>();
    for (int level = levels.size(); level >= 1; level--) {
      for (PageRef page : levels.get(level - 1)) {
        collect(page, level, floor, pages, found);
      }
    }
    newest.stream().filter(ref -> ref.sequence() > floor).forEach(found::add);
    return found;
  }

  private static void collect(
      PageRef page, int level, long floor, Pages pages, List<SegmentRef> found) {
    if (page.lastSequence() <= floor) {
      return;
    }
    if (level == 1) {
      pages.readSegments(page).stream().filter(ref -> ref.sequence() > floor).forEach(found::add);
      return;
    }
    for (PageRef child : pages.readPages(page)) {
      collect(child, level - 1, floor, pages, found);
    }
  }

  /** Sums over the segments above {@code floor}; reads at most one page a level. */
  Head.Totals totalsAfter(long floor, Pages pages) {
    Head.Totals sum = Head.Totals.NONE;
    for (int level = levels.size(); level >= 1; level--) {
      for (PageRef page : levels.get(level - 1)) {
        sum = sum.plus(totalsAfter(page, level, floor, pages));
      }
    }
    return sum.plus(totalsAfter(newest, floor));
  }

  private static Head.Totals totalsAfter(PageRef page, int level, long floor, Pages pages) {
    if (page.lastSequence() <= floor) {
      return Head.Totals.NONE;
    }
    if (page.firstSequence() > floor) {
      return page.totals();
    }
    if (level == 1) {
      return totalsAfter(pages.readSegments(page), floor);
    }
    Head.Totals sum = Head.Totals.NONE;
    for (PageRef child : pages.readPages(page)) {
      sum = sum.plus(totalsAfter(child, level - 1, floor, pages));
    }
    return sum;
  }

  private static Head.Totals totalsAfter(List<SegmentRef> refs, long floor) {
    return refs.stream()
        .filter(ref -> ref.sequence() > floor)
        .map(Head.Totals::of)
        .reduce(Head.Totals.NONE, Head.Totals::plus);
  }
}
