package io.akidb.diskann.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GraphRepairTest {
  @TempDir Path folder;

  /** How many nodes a walk along the edges meets. */
  static int reachable(VamanaGraph graph, int entry) {
    BitSet met = new BitSet();
    ArrayDeque<Integer> queue = new ArrayDeque<>();
    met.set(entry);
    queue.add(entry);
    while (!queue.isEmpty()) {
      int node = queue.remove();
      for (int i = 0; i < graph.degree(node); i++) {
        int neighbour = graph.neighbour(node, i);
        if (!met.get(neighbour)) {
          met.set(neighbour);
          queue.add(neighbour);
        }
      }
    }
    return met.cardinality();
  }

  @RepeatedTest(30)
  void connect_randomGraphs_reachesAllWithinTheDegree(RepetitionInfo run) {
    long seed = run.getCurrentRepetition();
    SplittableRandom random = new SplittableRandom(seed);
    int nodes = 1 + random.nextInt(2_000);
    int maxDegree = 4 + random.nextInt(10);
    try (VamanaGraph graph = new VamanaGraph(nodes, maxDegree + 2, folder)) {
      // From hardly any edges to full lists within small groups, which nothing leaves.
      int group = 1 + random.nextInt(nodes);
      int edges = random.nextInt(maxDegree + 1);
      for (int node = 0; node < nodes; node++) {
        for (int i = 0; i < edges; i++) {
          int neighbour = node / group * group + random.nextInt(group);
          if (neighbour != node && neighbour < nodes) {
            graph.append(node, neighbour);
          }
        }
      }
      int entry = random.nextInt(nodes);
      new GraphRepair(graph, entry, maxDegree, node -> random.ints(20, 0, nodes).toArray())
          .connect();
      assertThat(reachable(graph, entry)).as("seed %s", seed).isEqualTo(nodes);
      for (int node = 0; node < nodes; node++) {
        assertThat(graph.degree(node)).isLessThanOrEqualTo(maxDegree);
      }
    }
  }

  @Test
  void connect_fullGroupThatNothingLeaves_givesUpAnEdge() {
    int maxDegree = 4;
    try (VamanaGraph graph = new VamanaGraph(500, maxDegree, folder)) {
      // Five nodes that all know each other and have no place left; the others know nobody.
      for (int node = 0; node < 5; node++) {
        for (int other = 0; other < 5; other++) {
          if (other != node) {
            graph.append(node, other);
          }
        }
      }
      new GraphRepair(graph, 2, maxDegree, node -> new int[0]).connect();
      assertThat(reachable(graph, 2)).isEqualTo(500);
    }
  }

  @Test
  void connect_connectedGraph_changesNothing() {
    try (VamanaGraph graph = new VamanaGraph(10, 4, folder)) {
      IntStream.range(0, 9).forEach(node -> graph.append(node, node + 1));
      new GraphRepair(graph, 0, 4, node -> new int[] {0}).connect();
      IntStream.range(0, 9).forEach(node -> assertThat(graph.degree(node)).isEqualTo(1));
      assertThat(graph.degree(9)).isZero();
    }
  }

  @Test
  void connect_nodeWithNearOnes_isJoinedToTheNearestReachable() {
    try (VamanaGraph graph = new VamanaGraph(4, 4, folder)) {
      graph.append(0, 1);
      graph.append(0, 2);
      new GraphRepair(graph, 0, 4, node -> new int[] {3, 2, 1}).connect();
      assertThat(graph.degree(2)).isEqualTo(1);
      assertThat(graph.neighbour(2, 0)).isEqualTo(3);
    }
  }
}
