package io.akidb.diskann.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.data.TestVectors;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PartitionPlanTest {
  private static final long SEED = 20_261_121;

  private static PartitionPlan plan(float[][] points, int bound, long seed) {
    return new PartitionPlan(vectors(points), bound, 400, seed, BuildProgress.NONE);
  }

  private static PartitionPlan.Vectors vectors(float[][] points) {
    return new PartitionPlan.Vectors() {
      @Override
      public int size() {
        return points.length;
      }

      @Override
      public int components() {
        return points[0].length;
      }

      @Override
      public void load(int position, float[] into) {
        System.arraycopy(points[position], 0, into, 0, into.length);
      }
    };
  }

  private static void assertSound(PartitionPlan plan, int size, int bound, long seed) {
    int[] times = new int[size];
    int[] windows = plan.windows();
    assertThat(windows).as("seed %s", seed).hasSize(plan.partitions() + 1).isSorted();
    assertThat(windows[0]).isZero();
    assertThat(windows[plan.partitions()]).isEqualTo(size);
    for (int p = 0; p < plan.partitions(); p++) {
      int[] members = plan.members(p);
      assertThat(members).as("seed %s", seed).isSorted().hasSizeLessThanOrEqualTo(bound);
      for (int slot : members) {
        times[slot]++;
      }
      int from = windows[p];
      int to = windows[p + 1];
      assertThat(Arrays.stream(members).filter(slot -> slot >= from && slot < to).count())
          .as("seed %s: those at home are members", seed)
          .isEqualTo(to - from);
      if (members.length > 0) {
        assertThat(Arrays.binarySearch(members, plan.entry(p))).as("seed %s", seed).isNotNegative();
      }
    }
    assertThat(Arrays.stream(times).boxed()).as("seed %s", seed).allMatch(n -> n == 1 || n == 2);
    assertThat(plan.memberships()).isEqualTo(Arrays.stream(times).sum());
    int[] slots = plan.slots();
    assertThat(IntStream.range(0, size).allMatch(slot -> slots[plan.order()[slot]] == slot))
        .isTrue();
  }

  @RepeatedTest(12)
  void plan_anySet_keepsToItsBounds(RepetitionInfo run) {
    long seed = run.getCurrentRepetition();
    SplittableRandom random = new SplittableRandom(seed);
    int size = 1 + random.nextInt(3_000);
    int bound = Math.max(3, size / (2 + random.nextInt(12)));
    float[][] points = TestVectors.clustered(size, 1 + random.nextInt(20), seed);
    if (seed % 3 == 0) {
      // As they come where clusters were written one after the other.
      Arrays.sort(points, Comparator.comparingDouble(point -> point[0]));
    }
    PartitionPlan plan = plan(points, bound, seed);
    assertSound(plan, size, bound, seed);
    PartitionPlan again = plan(points, bound, seed);
    assertThat(again.order()).isEqualTo(plan.order());
    assertThat(again.members(0)).isEqualTo(plan.members(0));
  }

  static Stream<float[][]> degenerate() {
    float[][] equal = new float[900][];
    Arrays.fill(equal, new float[] {1, 2});
    float[][] heap = TestVectors.clustered(900, 4, 5);
    for (int i = 0; i < 850; i++) {
      heap[i] = heap[0];
    }
    float[][] huge = TestVectors.clustered(900, 4, 5);
    for (float[] point : huge) {
      for (int d = 0; d < 4; d++) {
        point[d] *= 1e30f;
      }
    }
    return Stream.of(equal, heap, huge);
  }

  @ParameterizedTest
  @MethodSource("degenerate")
  void plan_vectorsThatNothingTellsApart_keepsToItsBounds(float[][] points) {
    assertSound(plan(points, 120, SEED), points.length, 120, SEED);
  }

  @Test
  void plan_clusters_putsNearVectorsTogether() {
    float[][] points = TestVectors.clustered(6_000, 16, SEED);
    PartitionPlan plan = plan(points, 2_000, SEED);
    PointSpace space = new PointSpace(points);
    int[] slots = plan.slots();
    boolean[][] isMember = new boolean[plan.partitions()][points.length];
    for (int p = 0; p < plan.partitions(); p++) {
      for (int slot : plan.members(p)) {
        isMember[p][slot] = true;
      }
    }
    int together = 0;
    for (int i = 0; i < 200; i++) {
      int node = i;
      int nearest =
          IntStream.range(0, points.length)
              .filter(other -> other != node)
              .boxed()
              .min(Comparator.comparingDouble(other -> space.between(node, other)))
              .orElseThrow();
      together +=
          IntStream.range(0, plan.partitions())
                  .anyMatch(p -> isMember[p][slots[node]] && isMember[p][slots[nearest]])
              ? 1
              : 0;
    }
    assertThat(together)
        .as("vectors of 200 that share a partition with their nearest")
        .isGreaterThan(190);
  }

  @Test
  void plan_moreThanTheMostPartitions_isRefused() {
    float[][] points = TestVectors.clustered(3_000, 2, SEED);
    assertThatThrownBy(() -> plan(points, 4, SEED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("too many");
  }

  @Test
  void plan_interrupted_isCancelled() {
    float[][] points = TestVectors.clustered(500, 2, SEED);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> plan(points, 200, SEED)).isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
