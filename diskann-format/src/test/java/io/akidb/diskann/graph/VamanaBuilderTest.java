package io.akidb.diskann.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.data.TestVectors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VamanaBuilderTest {
  @TempDir Path folder;

  private static BuildParameters parameters(int maxDegree, int threads) {
    return new BuildParameters(maxDegree, 40, 1.2f, 0, 42, threads, 1 << 24);
  }

  static Stream<Object[]> sets() {
    float[][] equal = new float[700][];
    Arrays.fill(equal, new float[] {1, 2});
    float[][] copies = TestVectors.clustered(1_000, 6, 5);
    for (int i = 0; i < copies.length; i++) {
      copies[i] = copies[i % 30];
    }
    float[][] line = new float[1_000][];
    Arrays.setAll(line, i -> new float[] {i * i});
    return Stream.of(
            new Object[] {"one", TestVectors.clustered(1, 3, 1)},
            new Object[] {"two", TestVectors.clustered(2, 3, 1)},
            new Object[] {"clusters", TestVectors.clustered(2_000, 10, 1)},
            new Object[] {"all equal", equal},
            new Object[] {"copies", copies},
            new Object[] {"line", line})
        .flatMap(
            set ->
                Stream.of(new int[] {4, 1}, new int[] {4, 4}, new int[] {24, 3})
                    .map(how -> new Object[] {set[0], set[1], how[0], how[1]}));
  }

  @ParameterizedTest(name = "{0}, degree {2}, {3} threads")
  @MethodSource("sets")
  void build_anySet_reachesEveryNodeWithinTheDegree(
      String name, float[][] points, int maxDegree, int threads) {
    PointSpace space = new PointSpace(points);
    BuildParameters how = parameters(maxDegree, threads);
    int entry = points.length / 2;
    try (VamanaGraph graph = new VamanaGraph(points.length, VamanaBuilder.capacity(how), folder)) {
      new VamanaBuilder(space, entry, graph, how, BuildProgress.NONE).build();
      assertThat(GraphRepairTest.reachable(graph, entry)).isEqualTo(points.length);
      int[] neighbours = new int[graph.capacity()];
      for (int node = 0; node < points.length; node++) {
        int degree = graph.copy(node, neighbours);
        assertThat(degree).isLessThanOrEqualTo(maxDegree);
        Set<Integer> different = new HashSet<>();
        for (int i = 0; i < degree; i++) {
          assertThat(neighbours[i]).isNotEqualTo(node).isBetween(0, points.length - 1);
          assertThat(different.add(neighbours[i])).isTrue();
        }
      }
    }
  }

  @Test
  void build_spaceThatFails_failsOnceForAllThreads() {
    float[][] points = TestVectors.clustered(5_000, 4, 1);
    AtomicInteger calls = new AtomicInteger();
    PointSpace whole = new PointSpace(points);
    BuildSpace broken =
        new BuildSpace() {
          @Override
          public int size() {
            return points.length;
          }

          @Override
          public float between(int i, int j) {
            if (calls.incrementAndGet() == 1_000) {
              throw new IllegalStateException("a disk went away");
            }
            return whole.between(i, j);
          }
        };
    BuildParameters how = parameters(8, 3);
    try (VamanaGraph graph = new VamanaGraph(points.length, VamanaBuilder.capacity(how), folder)) {
      VamanaBuilder builder = new VamanaBuilder(broken, 0, graph, how, BuildProgress.NONE);
      assertThatThrownBy(builder::build)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("a disk went away");
    }
    // The others stopped at their next node, long before the end.
    assertThat(calls.get()).isLessThan(200_000);
  }
}
