package io.akidb.diskann.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WindowWalkTest {
  @TempDir Path folder;

  private static List<Integer> breadthFirst(VamanaGraph graph, int entry) {
    List<Integer> met = new ArrayList<>(List.of(entry));
    boolean[] isMet = new boolean[graph.nodes()];
    isMet[entry] = true;
    Queue<Integer> queue = new ArrayDeque<>(met);
    while (!queue.isEmpty()) {
      int node = queue.remove();
      for (int i = 0; i < graph.degree(node); i++) {
        int neighbour = graph.neighbour(node, i);
        if (!isMet[neighbour]) {
          isMet[neighbour] = true;
          met.add(neighbour);
          queue.add(neighbour);
        }
      }
    }
    return met;
  }

  @RepeatedTest(20)
  void run_randomGraphs_visitsWhatCanBeReachedOnce(RepetitionInfo run) {
    long seed = run.getCurrentRepetition();
    SplittableRandom random = new SplittableRandom(seed);
    int nodes = 1 + random.nextInt(600);
    try (VamanaGraph graph = new VamanaGraph(nodes, 4, folder)) {
      for (int i = 0; i < 2 * nodes; i++) {
        graph.append(random.nextInt(nodes), random.nextInt(nodes));
      }
      int entry = random.nextInt(nodes);
      List<Integer> expected = breadthFirst(graph, entry);
      int[] inner = random.ints(random.nextInt(9), 0, nodes + 1).sorted().toArray();
      int[] windows =
          IntStream.concat(
                  IntStream.concat(IntStream.of(0), Arrays.stream(inner)), IntStream.of(nodes))
              .toArray();
      int[] order = new int[nodes];
      int[] from = new int[nodes];
      int count = WindowWalk.run(graph, windows, entry, order, from);
      List<Integer> visited = Arrays.stream(order, 0, count).boxed().toList();
      assertThat(visited).as("seed %s", seed).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(order[0]).isEqualTo(entry);
      assertThat(from[entry]).isEqualTo(entry);
      for (int node : visited.subList(1, count)) {
        int before = from[node];
        assertThat(visited.indexOf(before)).as("seed %s", seed).isLessThan(visited.indexOf(node));
        assertThat(IntStream.range(0, graph.degree(before)).map(i -> graph.neighbour(before, i)))
            .contains(node);
      }
      assertThat(Arrays.stream(from).filter(node -> node == WindowWalk.UNREACHED).count())
          .isEqualTo(nodes - count);
      WindowWalk.run(graph, WindowWalk.whole(graph), entry, order, from);
      assertThat(Arrays.stream(order, 0, count).boxed()).as("seed %s", seed).isEqualTo(expected);
    }
  }

  @Test
  void run_twoWindows_staysInOneAsLongAsItCan() {
    try (VamanaGraph graph = new VamanaGraph(6, 2, folder)) {
      // 4 leads into the other window at first, and to 5 in its own.
      graph.append(4, 0);
      graph.append(4, 5);
      graph.append(5, 3);
      graph.append(0, 1);
      graph.append(1, 2);
      int[] order = new int[6];
      assertThat(WindowWalk.run(graph, new int[] {0, 3, 6}, 4, order, new int[6])).isEqualTo(6);
      assertThat(order).containsExactly(4, 5, 3, 0, 1, 2);
    }
  }
}
