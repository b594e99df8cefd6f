package io.akidb.diskann.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.data.TestVectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class RobustPruneTest {
  /** Algorithm 2 as it is written: for each factor, every kept one that is nearer is looked at. */
  private static List<Integer> naive(
      BuildSpace space, int node, int[] candidates, int maxDegree, float alpha) {
    List<Integer> sorted = new ArrayList<>(IntStream.of(candidates).boxed().toList());
    sorted.sort(Comparator.comparingDouble(candidate -> space.between(node, candidate)));
    List<Integer> kept = new ArrayList<>();
    for (float factor : new float[] {1, alpha}) {
      for (int candidate : sorted) {
        float distance = space.between(node, candidate);
        boolean isHidden =
            kept.stream()
                .filter(other -> space.between(node, other) < distance)
                .anyMatch(other -> factor * space.between(other, candidate) < distance);
        if (kept.size() < maxDegree && !kept.contains(candidate) && !isHidden) {
          kept.add(candidate);
        }
      }
    }
    return kept;
  }

  private static List<Integer> pruned(RobustPrune pruning) {
    int degree = pruning.prune();
    return IntStream.of(Arrays.copyOf(pruning.kept(), degree)).boxed().toList();
  }

  @RepeatedTest(40)
  void prune_randomCandidates_agreesWithTheAlgorithm(RepetitionInfo run) {
    long seed = run.getCurrentRepetition();
    int dimension = 2 + run.getCurrentRepetition() % 7;
    PointSpace space = new PointSpace(TestVectors.clustered(400, dimension, seed));
    int maxDegree = 4 + run.getCurrentRepetition() % 30;
    float alpha = 1 + run.getCurrentRepetition() % 5 * 0.2f;
    RobustPrune pruning = new RobustPrune(space, maxDegree, alpha);
    for (int node = 0; node < 20; node++) {
      int self = node;
      int[] candidates =
          IntStream.range(0, 400).filter(i -> i != self && (i * 31 + self) % 3 == 0).toArray();
      pruning.reset(node);
      for (int candidate : candidates) {
        pruning.offer(space.between(node, candidate), candidate, false);
      }
      assertThat(pruned(pruning))
          .as("seed %s, node %s", seed, node)
          .isEqualTo(naive(space, node, candidates, maxDegree, alpha));
    }
  }

  @RepeatedTest(20)
  void prune_withWhatAnEarlierOneKept_givesAsIfAllWereNew(RepetitionInfo run) {
    // Those kept by the nearer factor pass each other at any; so the shortcut changes nothing.
    long seed = 1_000L + run.getCurrentRepetition();
    PointSpace space = new PointSpace(TestVectors.clustered(300, 5, seed));
    RobustPrune pruning = new RobustPrune(space, 16, 1);
    pruning.reset(0);
    for (int i = 1; i < 150; i++) {
      pruning.offer(space.between(0, i), i, false);
    }
    List<Integer> first = pruned(pruning);
    int[] candidates =
        IntStream.concat(first.stream().mapToInt(i -> i), IntStream.range(150, 170)).toArray();
    pruning.reset(0);
    for (int i = 0; i < candidates.length; i++) {
      pruning.offer(space.between(0, candidates[i]), candidates[i], i < first.size());
    }
    assertThat(pruned(pruning)).as("seed %s", seed).isEqualTo(naive(space, 0, candidates, 16, 1));
  }

  @Test
  void prune_manyCopiesOfTheNode_keepsAQuarterAndTheRest() {
    float[][] points = TestVectors.clustered(600, 4, 3);
    for (int i = 0; i < 500; i++) {
      points[i] = points[0];
    }
    PointSpace space = new PointSpace(points);
    RobustPrune pruning = new RobustPrune(space, 16, 1.2f);
    Set<Integer> copies = new HashSet<>();
    for (int node = 0; node < 100; node++) {
      pruning.reset(node);
      for (int i = 0; i < points.length; i++) {
        if (i != node) {
          pruning.offer(space.between(node, i), i, false);
        }
      }
      List<Integer> kept = pruned(pruning);
      assertThat(kept).doesNotHaveDuplicates();
      assertThat(kept.stream().filter(i -> i < 500)).hasSize(4);
      assertThat(kept.stream().filter(i -> i >= 500)).isNotEmpty();
      kept.stream().filter(i -> i < 500).forEach(copies::add);
    }
    // Each chooses for itself: 400 choices among 500 copies hit 275 different ones on average.
    assertThat(copies).hasSizeGreaterThan(150);
  }

  @Test
  void prune_fewOrNone_keepsThem() {
    PointSpace space = new PointSpace(new float[] {0}, new float[] {1});
    RobustPrune pruning = new RobustPrune(space, 4, 1.2f);
    pruning.reset(0);
    assertThat(pruning.prune()).isZero();
    pruning.reset(0);
    pruning.offer(1, 1, false);
    assertThat(pruned(pruning)).containsExactly(1);
  }
}
