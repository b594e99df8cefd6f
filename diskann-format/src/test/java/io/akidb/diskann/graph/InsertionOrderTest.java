package io.akidb.diskann.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class InsertionOrderTest {
  private static final int SEED = 5;
  private static final int BATCH = 1000;

  @Test
  void order_anyCount_hasEachNodeOnce() {
    for (int count : new int[] {0, 1, 2, 63, BATCH, BATCH + 1, 3 * BATCH - 7}) {
      int[] order = order(space(3 * BATCH), count, SEED);
      int[] sorted = order.clone();
      Arrays.sort(sorted);
      assertThat(sorted).as("count %s", count).isEqualTo(IntStream.range(0, count).toArray());
    }
  }

  @Test
  void order_eachBatch_isARandomSampleOfAll() {
    int[] order = order(space(10 * BATCH), 10 * BATCH, SEED);
    for (int from = 0; from < order.length; from += BATCH) {
      // The mean of 1,000 numbers out of 10,000 deviates by some 90.
      assertThat(Arrays.stream(order, from, from + BATCH).average().orElseThrow())
          .as("batch from %s", from)
          .isBetween(4500.0, 5500.0);
    }
  }

  @Test
  void order_withinABatch_putsNearNodesNextToEachOther() {
    BuildSpace space = space(2 * BATCH);
    int[] order = order(space, 2 * BATCH, SEED);
    double apart = 0;
    for (int i = 1; i < BATCH; i++) {
      apart += Math.sqrt(space.between(order[i - 1], order[i]));
    }
    // Points of [0, 1) in random order are a third apart.
    assertThat(apart / BATCH).isLessThan(0.05);
  }

  @Test
  void order_sameSeed_isTheSame() {
    BuildSpace space = space(2 * BATCH);
    assertThat(order(space, 2 * BATCH, SEED))
        .isEqualTo(order(space, 2 * BATCH, SEED))
        .isNotEqualTo(order(space, 2 * BATCH, SEED + 1));
  }

  private static int[] order(BuildSpace space, int count, long seed) {
    int[] order = IntStream.range(0, count).toArray();
    InsertionOrder.arrange(space, seed, BATCH, order);
    return order;
  }

  /** Points on a line. */
  private static BuildSpace space(int count) {
    SplittableRandom random = new SplittableRandom(SEED);
    float[][] points = new float[count][];
    for (int i = 0; i < count; i++) {
      points[i] = new float[] {(float) random.nextDouble()};
    }
    return new PointSpace(points);
  }
}
