package io.akidb.diskann.graph;

import io.akidb.diskann.Kernels;
import io.akidb.diskann.format.v1.NodeLayout;
import io.akidb.diskann.format.v1.ShardSections;
import io.akidb.diskann.format.v1.VectorForm;
import java.util.Arrays;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the neighbours of a page's nodes fit into the room that these share. Where they do not, the
 * node with the most of them gives up the one that a nearer neighbour stands for best, which is
 * what pruning asks, too (Subramanya et al., DiskANN, NeurIPS 2019, Algorithm 2). Edges by which a
 * walk first came to a node stay, so that each can still be reached. What comes out depends on the
 * graph and the order alone.
 */
final class PagePacking {
  /** So many sixteenths of what lists want they must get, on average, or pages hold fewer nodes. */
  private static final int SIXTEENTHS_MIN = 15;

  private final VamanaGraph graph;
  private final NodeLayout layout;
  private final int[] order;
  private final int[] reachedFrom;
  private final NearOrder.@Nullable Vectors vectors;

  /**
   * Prepares to pack.
   *
   * @param layout of packed pages
   * @param order {@code [n]}, the node of each number
   * @param reachedFrom {@code [n]}, as {@link WindowWalk#run} says
   * @param vectors null if reading some of all nodes would take too long
   */
  PagePacking(
      VamanaGraph graph,
      NodeLayout layout,
      int[] order,
      int[] reachedFrom,
      NearOrder.@Nullable Vectors vectors) {
    this.graph = graph;
    this.layout = layout;
    this.order = order;
    this.reachedFrom = reachedFrom;
    this.vectors = vectors;
  }

  /**
   * The layout of a graph's records: packed pages where a quarter of the bytes or more is spared
   * then, since what lies apart in a page takes walks a tenth to a fifth longer.
   */
  static NodeLayout layoutFor(VamanaGraph graph, VectorForm form, int dimension, int maxDegree) {
    NodeLayout wide = NodeLayout.fused(form, dimension, maxDegree);
    NodeLayout best = wide;
    int nodes = graph.nodes();
    int[] degrees = new int[maxDegree + 1];
    for (int node = 0; node < nodes; node++) {
      degrees[graph.degree(node)]++;
    }
    int inPageMin = 1;
    while (4L * ShardSections.PAGE_BYTES > 3L * inPageMin * wide.bytesPerNode()) {
      inPageMin++;
    }
    for (int inPage = inPageMin;
        NodeLayout.canPack(form, dimension, maxDegree, inPage, nodes);
        inPage++) {
      NodeLayout packed = NodeLayout.packed(form, dimension, maxDegree, inPage);
      long wanted = 0;
      for (int degree = 0; degree < degrees.length; degree++) {
        wanted += (long) degrees[degree] * packed.listBytes(degree);
      }
      if (wanted * inPage * SIXTEENTHS_MIN <= (long) nodes * packed.listBytesMax() * 16) {
        best = packed;
      }
    }
    return best;
  }

  /** Packs; false if the graph cannot be packed so, all nodes of which can be reached even then. */
  boolean run() {
    int pages = Math.ceilDiv(order.length, layout.nodesPerPage());
    ConcurrentSkipListSet<Integer> full = new ConcurrentSkipListSet<>();
    IntStream.range(0, pages).parallel().filter(page -> !new Page(page).fit()).forEach(full::add);
    int other = 0;
    for (int page : full) {
      while (!new Page(page).fit()) {
        // A node to which many others were reached from changes places with one that has few.
        Page crowded = new Page(page);
        int most = crowded.mostNeeded();
        while (other < pages && (full.contains(other) || !new Page(other).swap(crowded, most))) {
          other++;
        }
        if (other == pages) {
          return false;
        }
      }
    }
    return true;
  }

  /** A page's lists. For one thread. */
  private final class Page {
    private final int first;
    private final int count;
    private final int[][] lists;
    private final boolean[] isSorted;
    private int bytes;

    Page(int page) {
      this.first = page * layout.nodesPerPage();
      this.count = Math.min(layout.nodesPerPage(), order.length - first);
      this.lists = new int[count][];
      this.isSorted = new boolean[count];
      int[] list = new int[graph.capacity()];
      for (int i = 0; i < count; i++) {
        lists[i] = Arrays.copyOf(list, graph.copy(order[first + i], list));
        bytes += layout.listBytes(lists[i].length);
      }
    }

    /** Takes edges away until all fit; false, and none, if too many have to stay. */
    boolean fit() {
      if (bytes <= layout.listBytesMax()) {
        return true;
      }
      int[] kept = new int[count];
      for (int i = 0; i < count; i++) {
        kept[i] = lists[i].length;
      }
      boolean fits = false;
      int most = most(kept);
      while (!fits && most >= 0) {
        if (!isSorted[most]) {
          sort(most);
        }
        int last = lastNotNeeded(most, kept[most]);
        if (last >= 0) {
          bytes -= layout.listBytes(kept[most]) - layout.listBytes(kept[most] - 1);
          int behind = --kept[most] - last;
          System.arraycopy(lists[most], last + 1, lists[most], last, behind);
          fits = bytes <= layout.listBytesMax();
        } else {
          kept[most] = -kept[most];
        }
        most = most(kept);
      }
      for (int i = 0; fits && i < count; i++) {
        if (Math.abs(kept[i]) < lists[i].length) {
          graph.carry(order[first + i], lists[i], Math.abs(kept[i]));
        }
      }
      return fits;
    }

    /** The node with the longest list of those that can give something up. */
    private static int most(int[] kept) {
      int most = -1;
      for (int i = 0; i < kept.length; i++) {
        if (kept[i] > 0 && (most < 0 || kept[i] > kept[most])) {
          most = i;
        }
      }
      return most;
    }

    private boolean isNeeded(int i, int neighbour) {
      return reachedFrom[neighbour] == order[first + i] && neighbour != order[first + i];
    }

    private int lastNotNeeded(int i, int length) {
      int at = length - 1;
      while (at >= 0 && isNeeded(i, lists[i][at])) {
        at--;
      }
      return at;
    }

    private int needed(int i) {
      return (int) Arrays.stream(lists[i]).filter(neighbour -> isNeeded(i, neighbour)).count();
    }

    /** The node that has the most neighbours which have to stay. */
    int mostNeeded() {
      return IntStream.range(0, count)
          .reduce((a, b) -> needed(b) > needed(a) ? b : a)
          .orElseThrow();
    }

    /** Changes places of another page's node and one of this; false if there is no room for it. */
    boolean swap(Page crowded, int node) {
      int least =
          IntStream.range(0, count).reduce((a, b) -> needed(b) < needed(a) ? b : a).orElseThrow();
      int sum = layout.listBytes(crowded.needed(node));
      for (int i = 0; i < count; i++) {
        sum += i == least ? 0 : layout.listBytes(needed(i));
      }
      if (sum > layout.listBytesMax() || needed(least) >= crowded.needed(node)) {
        return false;
      }
      int moved = order[crowded.first + node];
      order[crowded.first + node] = order[first + least];
      order[first + least] = moved;
      return new Page(first / layout.nodesPerPage()).fit();
    }

    /** Brings a list into an order of which the last is best stood for by nearer ones. */
    private void sort(int i) {
      isSorted[i] = true;
      if (vectors == null) {
        return;
      }
      int[] list = lists[i];
      float[] own = new float[layout.paddedDimension()];
      vectors.read(order[first + i], own);
      float[][] others = new float[list.length][layout.paddedDimension()];
      float[] distances = new float[list.length];
      for (int j = 0; j < list.length; j++) {
        vectors.read(list[j], others[j]);
        distances[j] = Kernels.squaredL2(own, others[j]);
      }
      // In the upper half how well another stands for it, which is positive, in the lower its
      // place.
      long[] keys = new long[list.length];
      for (int j = 0; j < list.length; j++) {
        float best = 0;
        for (int k = 0; k < list.length; k++) {
          if (distances[k] < distances[j]) {
            float between = Kernels.squaredL2(others[j], others[k]);
            best = Math.max(best, distances[j] / Math.max(between, Float.MIN_NORMAL));
          }
        }
        keys[j] = ((long) Float.floatToIntBits(best) << Integer.SIZE) | j;
      }
      Arrays.sort(keys);
      lists[i] = Arrays.stream(keys).mapToInt(key -> list[(int) key]).toArray();
    }
  }
}
