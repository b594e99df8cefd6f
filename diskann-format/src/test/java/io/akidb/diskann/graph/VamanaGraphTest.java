package io.akidb.diskann.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against lists. */
class VamanaGraphTest {
  @TempDir Path folder;

  @Test
  void graph_randomChanges_agreesWithLists() {
    long seed = 20_261_121;
    SplittableRandom random = new SplittableRandom(seed);
    int nodes = 50;
    int capacity = 10;
    List<List<Integer>> model = new ArrayList<>();
    int[] together = new int[nodes];
    int[] into = new int[capacity];
    try (VamanaGraph graph = new VamanaGraph(nodes, capacity, folder)) {
      for (int node = 0; node < nodes; node++) {
        model.add(new ArrayList<>());
      }
      for (int step = 0; step < 20_000; step++) {
        int node = random.nextInt(nodes);
        List<Integer> list = model.get(node);
        if (random.nextInt(8) == 0) {
          int[] chosen = random.ints(0, nodes).distinct().limit(random.nextInt(capacity)).toArray();
          graph.set(node, chosen, chosen.length);
          list.clear();
          for (int each : chosen) {
            list.add(each);
          }
          together[node] = chosen.length;
        } else {
          int neighbour = random.nextInt(nodes);
          boolean isThere = list.contains(neighbour);
          assertThat(graph.append(node, neighbour))
              .as("seed %s, step %s", seed, step)
              .isEqualTo(isThere || list.size() < capacity);
          if (!isThere && list.size() < capacity) {
            list.add(neighbour);
          }
        }
        assertThat(graph.degree(node)).isEqualTo(list.size());
        assertThat(graph.keptTogether(node)).isEqualTo(together[node]);
        assertThat(graph.copy(node, into)).isEqualTo(list.size());
        for (int i = 0; i < list.size(); i++) {
          assertThat(into[i]).isEqualTo(list.get(i)).isEqualTo(graph.neighbour(node, i));
        }
      }
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void graph_folderMissing_saysWhatFailed() {
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> new VamanaGraph(1, 4, missing))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("work file");
  }

  @Test
  void workFile_largerThanAnyDisk_failsAndLeavesNothing() {
    assertThatThrownBy(() -> new WorkFile(folder, "huge", Long.MAX_VALUE - 4096))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(folder).isEmptyDirectory();
  }
}
