package io.akidb.diskann.graph;

import io.akidb.diskann.Kernels;
import io.akidb.diskann.format.v1.NodeLayout;
import io.akidb.diskann.format.v1.ShardSections;
import io.akidb.diskann.format.v1.VectorForm;
import java.util.Arrays;
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

  private static final int SIXTEENTHS = 16;

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
   *
   * @param base the layout of the shard that the graph was carried over from, if it was. Lists that
   *     were cut to fit a page are not cut to fit a smaller part of one
   */
  static NodeLayout layoutFor(
      VamanaGraph graph, VectorForm form, int dimension, int maxDegree, @Nullable NodeLayout base) {
    NodeLayout wide = NodeLayout.fused(form, dimension, maxDegree);
    NodeLayout best = wide;
    int nodes = graph.nodes();
    int[] degrees = new int[maxDegree + 1];
    for (int node = 0; node < nodes; node++) {
      degrees[graph.degree(node)]++;
    }
    boolean isPackedAgain = false;
    int inPageMax = Integer.MAX_VALUE;
    if (base != null && base.isPacked()) {
      isPackedAgain = true;
      inPageMax = base.nodesPerPage();
    }
    int inPageMin = 1;
    while (4L * ShardSections.PAGE_BYTES > 3L * inPageMin * wide.bytesPerNode()) {
      inPageMin++;
    }
    for (int inPage = inPageMin;
        inPage <= inPageMax && NodeLayout.canPack(form, dimension, maxDegree, inPage, nodes);
        inPage++) {
      NodeLayout packed = NodeLayout.packed(form, dimension, maxDegree, inPage);
      if (hasRoom(packed, degrees, isPackedAgain ? SIXTEENTHS : SIXTEENTHS_MIN)) {
        best = packed;
      }
    }
    return best;
  }

  /** Whether pages have room for so many sixteenths of what the lists want. */
  private static boolean hasRoom(NodeLayout packed, int[] degrees, int sixteenths) {
    long wanted = 0;
    long room = 0;
    int inPage = packed.nodesPerPage();
    for (int degree = 0; degree < degrees.length; degree++) {
      int bytes = packed.listBytes(degree);
      wanted += (long) degrees[degree] * bytes;
      // A node that has a page to itself leaves what it does not need to nobody.
      int most = inPage == 1 ? Math.min(bytes, packed.listBytesMax()) : packed.listBytesMax();
      room += (long) degrees[degree] * most;
    }
    return wanted * inPage * sixteenths <= room * SIXTEENTHS;
  }

  /**
   * Packs.
   *
   * @return false if the graph cannot be packed so; then it and the order are as they were, up to
   *     nodes that changed places
   */
  boolean run() {
    int pages = Math.ceilDiv(order.length, layout.nodesPerPage());
    int[] crowded =
        IntStream.range(0, pages).parallel().filter(page -> new Page(page).isCrowded()).toArray();
    int other = 0;
    for (int page : crowded) {
      for (int tries = 0; new Page(page).isCrowded(); tries++) {
        if (tries == pages) {
          return false;
        }
        // A node to which many others were reached from changes places with one that has few.
        if (other != page && new Page(other).swap(new Page(page))) {
          tries = 0;
        }
        other = (other + 1) % pages;
      }
    }
    IntStream.range(0, pages).parallel().forEach(page -> new Page(page).fit());
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

    /** Whether those neighbours that have to stay are too many. */
    boolean isCrowded() {
      return bytes > layout.listBytesMax() && neededBytes(-1) > layout.listBytesMax();
    }

    /** Takes edges away until all fit. */
    void fit() {
      if (bytes <= layout.listBytesMax()) {
        return;
      }
      int[] kept = new int[count];
      for (int i = 0; i < count; i++) {
        kept[i] = lists[i].length;
      }
      while (bytes > layout.listBytesMax()) {
        int most = most(kept);
        if (!isSorted[most]) {
          sort(most);
        }
        int last = lastNotNeeded(most, kept[most]);
        if (last >= 0) {
          bytes -= layout.listBytes(kept[most]) - layout.listBytes(kept[most] - 1);
          int behind = --kept[most] - last;
          System.arraycopy(lists[most], last + 1, lists[most], last, behind);
        } else {
          kept[most] = -kept[most];
        }
      }
      for (int i = 0; i < count; i++) {
        if (Math.abs(kept[i]) < lists[i].length) {
          graph.carry(order[first + i], lists[i], Math.abs(kept[i]));
        }
      }
    }

    /** The node with the longest list of those that can give something up. */
    private static int most(int[] kept) {
      int most = 0;
      for (int i = 1; i < kept.length; i++) {
        if (kept[i] > kept[most]) {
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

    /** Bytes of lists of those that have to stay, but for one node's. */
    private int neededBytes(int without) {
      return IntStream.range(0, count)
          .filter(i -> i != without)
          .map(i -> layout.listBytes(needed(i)))
          .sum();
    }

    /** Exchanges the node with the fewest of these for a crowded page's with the most. */
    boolean swap(Page crowded) {
      int least =
          IntStream.range(0, count).reduce((a, b) -> needed(b) < needed(a) ? b : a).orElseThrow();
      int most =
          IntStream.range(0, crowded.count)
              .reduce((a, b) -> crowded.needed(b) > crowded.needed(a) ? b : a)
              .orElseThrow();
      int needed = crowded.needed(most);
      if (needed(least) >= needed
          || neededBytes(least) + layout.listBytes(needed) > layout.listBytesMax()) {
        return false;
      }
      int moved = order[crowded.first + most];
      order[crowded.first + most] = order[first + least];
      order[first + least] = moved;
      return true;
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
