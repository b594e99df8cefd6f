package io.akidb.diskann.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.format.v1.NodeLayout;
import io.akidb.diskann.format.v1.VectorForm;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packed graphs fit their pages, are parts of what they were, and reach every node. */
class PagePackingTest {
  private static final long SEED = 20_261_122;
  private static final int NODES = 1_003;
  private static final NodeLayout LAYOUT = NodeLayout.packed(VectorForm.F32, 128, 32, 4);

  @TempDir Path folder;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final int[] order = new int[NODES];
  private final int[] reachedFrom = new int[NODES];
  private final float[][] vectors = new float[NODES][128];

  private final NearOrder.Vectors reader =
      (node, into) -> System.arraycopy(vectors[node], 0, into, 0, 128);

  PagePackingTest() {
    for (float[] vector : vectors) {
      for (int d = 0; d < vector.length; d++) {
        vector[d] = (float) random.nextGaussian();
      }
    }
  }

  private VamanaGraph graph() {
    return new VamanaGraph(NODES, 40, folder);
  }

  /** Some distinct neighbours, of which the first leads on, so that all can be reached from 0. */
  private void fill(VamanaGraph graph, int degreeMin) {
    for (int node = 0; node < NODES; node++) {
      graph.append(node, (node + 1) % NODES);
      int degree = random.nextInt(degreeMin, 33);
      while (graph.degree(node) < degree) {
        int other = random.nextInt(NODES);
        if (other != node) {
          graph.append(node, other);
        }
      }
    }
  }

  private void walk(VamanaGraph graph) {
    int reached = WindowWalk.run(graph, WindowWalk.whole(graph), 0, order, reachedFrom);
    assertThat(reached).as("seed %s", SEED).isEqualTo(NODES);
  }

  private static int[] list(VamanaGraph graph, int node) {
    int[] list = new int[graph.capacity()];
    return Arrays.copyOf(list, graph.copy(node, list));
  }

  private void requirePacked(VamanaGraph graph, int[][] before) {
    for (int first = 0; first < NODES; first += 4) {
      int bytes =
          IntStream.range(first, Math.min(NODES, first + 4))
              .map(i -> LAYOUT.listBytes(graph.degree(order[i])))
              .sum();
      assertThat(bytes).as("page of node %s", first).isLessThanOrEqualTo(LAYOUT.listBytesMax());
    }
    for (int node = 0; node < NODES; node++) {
      assertThat(list(graph, node)).doesNotHaveDuplicates();
      assertThat(before[node]).contains(list(graph, node));
    }
    assertThat(order).containsExactlyInAnyOrder(IntStream.range(0, NODES).toArray());
    walk(graph);
  }

  private int[][] lists(VamanaGraph graph) {
    return IntStream.range(0, NODES).mapToObj(node -> list(graph, node)).toArray(int[][]::new);
  }

  @Test
  void run_ofTooManyNeighbours_fitsAndReachesAll() {
    for (NearOrder.Vectors read : new NearOrder.Vectors[] {reader, null}) {
      try (VamanaGraph graph = graph()) {
        fill(graph, 18);
        walk(graph);
        int[][] before = lists(graph);
        assertThat(new PagePacking(graph, LAYOUT, order, reachedFrom, read).run()).isTrue();
        long edges = Arrays.stream(before).mapToLong(list -> list.length).sum();
        long left = IntStream.range(0, NODES).mapToLong(graph::degree).sum();
        assertThat(left).isBetween(edges * 3 / 4, edges - 1);
        requirePacked(graph, before);
      }
    }
  }

  @Test
  void run_ofThatFits_changesNothing() {
    try (VamanaGraph graph = graph()) {
      for (int node = 0; node < NODES; node++) {
        graph.append(node, (node + 1) % NODES);
      }
      walk(graph);
      int[][] before = lists(graph);
      assertThat(new PagePacking(graph, LAYOUT, order, reachedFrom, reader).run()).isTrue();
      assertThat(lists(graph)).isDeepEqualTo(before);
    }
  }

  @Test
  void run_twice_isTheSame() {
    int[][][] results = new int[2][][];
    for (int i = 0; i < 2; i++) {
      try (VamanaGraph graph = graph()) {
        SplittableRandom again = new SplittableRandom(SEED);
        for (int node = 0; node < NODES; node++) {
          graph.append(node, (node + 1) % NODES);
          for (int j = 0; j < 31; j++) {
            graph.append(node, again.nextInt(NODES));
          }
        }
        walk(graph);
        assertThat(new PagePacking(graph, LAYOUT, order, reachedFrom, reader).run()).isTrue();
        results[i] = lists(graph);
      }
    }
    assertThat(results[0]).isDeepEqualTo(results[1]);
  }

  /** Four hubs in one page, each the only way to 31 others: 31 more than the page has room for. */
  @Test
  void run_ofHubsInOnePage_movesOneOfThem() {
    try (VamanaGraph graph = graph()) {
      for (int hub = 0; hub < 32; hub++) {
        if (hub < 31) {
          graph.append(hub, hub + 1);
        }
        for (int leaf = 0; leaf < 31 && 32 + 31 * hub + leaf < NODES; leaf++) {
          graph.append(hub, 32 + 31 * hub + leaf);
        }
      }
      walk(graph);
      // The walk meets leaves between the hubs: put the hubs together.
      int[] hubsFirst = IntStream.range(0, NODES).toArray();
      System.arraycopy(hubsFirst, 0, order, 0, NODES);
      int[][] before = lists(graph);
      assertThat(new PagePacking(graph, LAYOUT, order, reachedFrom, reader).run()).isTrue();
      assertThat(lists(graph)).isDeepEqualTo(before);
      assertThat(order).isNotEqualTo(hubsFirst);
      for (int first = 0; first < NODES; first += 4) {
        int bytes =
            IntStream.range(first, Math.min(NODES, first + 4))
                .map(i -> LAYOUT.listBytes(graph.degree(order[i])))
                .sum();
        assertThat(bytes).isLessThanOrEqualTo(LAYOUT.listBytesMax());
      }
    }
  }

  @Test
  void layoutFor_vectorsOfAKilobyteAndMiddlingLists_packsFourInAPage() {
    try (VamanaGraph graph = graph()) {
      fill(graph, 14);
      NodeLayout layout = PagePacking.layoutFor(graph, VectorForm.F32, 128, 32, null);
      assertThat(layout).isEqualTo(LAYOUT);
      assertThat(layout.sectionBytes(1_000_000)).isEqualTo(1_024_000_000);
      // Lists take little beside such vectors, or a record has its page to itself either way.
      assertThat(PagePacking.layoutFor(graph, VectorForm.F32, 384, 32, null).isPacked()).isFalse();
      assertThat(PagePacking.layoutFor(graph, VectorForm.INT8, 784, 32, null).isPacked()).isFalse();
      assertThat(PagePacking.layoutFor(graph, VectorForm.F32, 128, 48, null).isPacked()).isFalse();
    }
  }

  @Test
  void run_ofAFullPage_givesUpWhatANearerNeighbourStandsFor() {
    try (VamanaGraph graph = graph()) {
      // Each leads to 31 others, in a line; those of even numbers have a twin just behind them.
      for (int node = 0; node < NODES; node++) {
        Arrays.fill(vectors[node], 0);
        vectors[node][node / 2 % 128] = 1 + node / 256;
        vectors[node][127] += node % 2 == 0 ? 0 : 0.01f;
        for (int i = 1; i <= 24; i++) {
          graph.append(node, (node + i) % NODES);
        }
      }
      walk(graph);
      assertThat(new PagePacking(graph, LAYOUT, order, reachedFrom, reader).run()).isTrue();
      long twins = 0;
      long lost = 0;
      for (int node = 1; node < 200; node += 2) {
        int[] list = list(graph, node);
        for (int i = 1; i <= 24; i++) {
          int neighbour = node + i;
          if (Arrays.stream(list).noneMatch(other -> other == neighbour)) {
            lost++;
            // Of a pair of twins one stays.
            int twin = neighbour % 2 == 0 ? neighbour + 1 : neighbour - 1;
            twins += Arrays.stream(list).anyMatch(other -> other == twin) ? 1 : 0;
          }
        }
      }
      assertThat(lost).isPositive();
      assertThat(twins).isEqualTo(lost);
    }
  }

  @Test
  void run_ofANodeThatNeedsMoreThanAPage_changesNothing() {
    NodeLayout alone = NodeLayout.packed(VectorForm.F32, 704, 16, 1);
    try (VamanaGraph graph = graph()) {
      for (int node = 0; node < NODES; node++) {
        for (int i = 1; i <= 16; i++) {
          graph.append(node, (node + i) % NODES);
        }
      }
      walk(graph);
      assertThat(alone.listBytes(16)).isGreaterThan(alone.listBytesMax());
      int[] numbered = order.clone();
      int[][] before = lists(graph);
      assertThat(new PagePacking(graph, alone, order, reachedFrom, null).run()).isFalse();
      assertThat(lists(graph)).isDeepEqualTo(before);
      assertThat(order).isEqualTo(numbered);
    }
  }

  /** Lists that were cut fit with ease, and would be cut again and again by merges. */
  @Test
  void layoutFor_aPackedGraph_packsNoMoreIntoAPage() {
    NodeLayout base = NodeLayout.packed(VectorForm.INT8, 32, 16, 13);
    try (VamanaGraph graph = graph()) {
      for (int node = 0; node < NODES; node++) {
        for (int i = 1; i <= 10; i++) {
          graph.append(node, (node + i) % NODES);
        }
      }
      NodeLayout anew = PagePacking.layoutFor(graph, VectorForm.INT8, 32, 16, null);
      assertThat(anew.nodesPerPage()).isGreaterThan(13);
      assertThat(PagePacking.layoutFor(graph, VectorForm.INT8, 32, 16, base)).isEqualTo(base);
    }
  }

  @Test
  void layoutFor_fullLists_isNotPackedWhereMoreThanASixteenthWouldBeLost() {
    try (VamanaGraph graph = graph()) {
      fill(graph, 32);
      assertThat(PagePacking.layoutFor(graph, VectorForm.F32, 128, 32, null).isPacked()).isFalse();
    }
  }
}
