package io.akidb.diskann.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.Kernels;
import io.akidb.diskann.data.TestVectors;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearOrderTest {
  private static final long SEED = 20_261_121;

  private static int[] order(float[][] base, int run, int from, int to) {
    int[] order = new int[base.length];
    Arrays.fill(order, -1);
    NearOrder.arrange(
        (node, into) -> System.arraycopy(base[node], 0, into, 0, into.length),
        base[0].length,
        run,
        from,
        to,
        order,
        1L << 24);
    return order;
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,1", "3,3", "4,3", "512,1", "513,1", "3000,3", "3001,7", "3000,5000"})
  void arrange_anySize_isAnOrderOfAll(int size, int run) {
    float[][] base = TestVectors.clustered(size, 16, SEED);
    int[] order = order(base, run, 0, size);
    assertThat(order).containsExactlyInAnyOrder(IntStream.range(0, size).toArray());
    assertThat(order(base, run, 0, size)).isEqualTo(order);
  }

  @Test
  void arrange_range_leavesOthersAlone() {
    float[][] base = TestVectors.clustered(2_000, 16, SEED);
    int[] order = order(base, 3, 700, 1_900);
    for (int i = 0; i < order.length; i++) {
      if (i < 700 || i >= 1_900) {
        assertThat(order[i]).isEqualTo(-1);
      }
    }
    assertThat(Arrays.copyOfRange(order, 700, 1_900))
        .containsExactlyInAnyOrder(IntStream.range(700, 1_900).toArray());
  }

  /** Blocks are counted from node 0, as a file's are, wherever the range begins. */
  @Test
  void arrange_rangeThatBeginsAnywhere_fillsTheFilesBlocks() {
    float[][] base = TestVectors.clustered(6_000, 16, SEED);
    int[] order = order(base, 3, 1_003, 6_000);
    int[] unordered = IntStream.range(0, base.length).toArray();
    int[] whole = unordered.clone();
    System.arraycopy(order, 1_003, whole, 1_003, 6_000 - 1_003);
    // From the first block of 12 that lies in the range as a whole.
    assertThat(within(base, Arrays.copyOfRange(whole, 1_008, 6_000), 12))
        .isLessThan(0.6 * within(base, Arrays.copyOfRange(unordered, 1_008, 6_000), 12));
  }

  @Test
  void arrange_littleMemory_isAnOrderOfAll() {
    float[][] base = TestVectors.clustered(1_000, 16, SEED);
    int[] order = new int[base.length];
    NearOrder.arrange(
        (node, into) -> System.arraycopy(base[node], 0, into, 0, into.length),
        16,
        1,
        0,
        base.length,
        order,
        1);
    assertThat(order).containsExactlyInAnyOrder(IntStream.range(0, base.length).toArray());
  }

  @Test
  void arrange_equalVectorsAndInfiniteProjections_areOrdered() {
    float[][] base = new float[1_500][];
    Arrays.setAll(base, i -> new float[] {i % 3 == 0 ? 3e38f : 1, i % 2 == 0 ? -3e38f : 1});
    assertThat(order(base, 1, 0, base.length))
        .containsExactlyInAnyOrder(IntStream.range(0, base.length).toArray());
  }

  /** At every scale that is a power of two times the run, down to the run itself. */
  @ParameterizedTest
  @CsvSource({"1,4,0.6", "3,12,0.6", "3,48,0.7", "3,384,0.9"})
  void arrange_clusters_fillsBlocksWithNearVectors(int run, int block, double share) {
    float[][] base = TestVectors.clustered(6_000, 16, SEED);
    int[] order = order(base, run, 0, base.length);
    int[] unordered = IntStream.range(0, base.length).toArray();
    assertThat(within(base, order, block)).isLessThan(share * within(base, unordered, block));
  }

  /** The mean squared distance of two vectors of one block. */
  private static double within(float[][] base, int[] order, int block) {
    double sum = 0;
    long pairs = 0;
    for (int first = 0; first + block <= order.length; first += block) {
      for (int i = first; i < first + block; i++) {
        for (int j = first; j < i; j++) {
          sum += Kernels.squaredL2(base[order[i]], base[order[j]]);
          pairs++;
        }
      }
    }
    return sum / pairs;
  }
}
