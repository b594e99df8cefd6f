package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.data.TestVectors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpillTest {
  private static final int DIMENSION = 19;

  @TempDir Path folder;

  private Spill spill(float[][] vectors) {
    IndexSchema schema = new IndexSchema(DIMENSION, DistanceMetric.COSINE, new TreeMap<>());
    Spill spill = new Spill(schema, folder);
    for (int i = 0; i < vectors.length; i++) {
      spill.add(new IndexRecord("id-" + i, i, vectors[i], new byte[] {(byte) i}, Map.of()));
    }
    spill.map();
    return spill;
  }

  private static void assertHolds(Spill spill, float[][] vectors, long seed) {
    float[] read = new float[spill.paddedDimension()];
    for (int i = 0; i < vectors.length; i++) {
      spill.vector(i, read);
      assertThat(Arrays.copyOf(read, DIMENSION)).as("seed %s", seed).isEqualTo(vectors[i]);
      assertThat(spill.order(i)).isEqualTo(i);
      double length =
          Math.sqrt(TestVectors.distance(DistanceMetric.L2, vectors[i], new float[DIMENSION]));
      assertThat(spill.inverseNorm(i) * length).isBetween(0.9999, 1.0001);
    }
  }

  @RepeatedTest(8)
  void arrange_anyWindows_changesNothingThatIsRead(RepetitionInfo run) {
    long seed = run.getCurrentRepetition();
    SplittableRandom random = new SplittableRandom(seed);
    float[][] vectors = TestVectors.clustered(1 + random.nextInt(2_000), DIMENSION, seed);
    int count = 1 + random.nextInt(12);
    int[] windowOf = random.ints(vectors.length, 0, count).map(w -> w == 3 ? 0 : w).toArray();
    int[] windows = new int[count + 1];
    for (int w : windowOf) {
      windows[w + 1]++;
    }
    Arrays.parallelPrefix(windows, Integer::sum);
    int[] next = Arrays.copyOf(windows, count);
    int[] places = new int[vectors.length];
    Arrays.setAll(places, i -> next[windowOf[i]]++);
    try (Spill spill = spill(vectors)) {
      assertHolds(spill, vectors, seed);
      spill.arrange(places, windows, 1L << random.nextInt(20));
      assertHolds(spill, vectors, seed);
      for (int i = 0; i < vectors.length; i++) {
        assertThat(spill.vectorAt(i)).isEqualTo(4L * spill.paddedDimension() * places[i]);
      }
      assertThatThrownBy(() -> spill.arrange(places, windows, 1 << 20))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void arrange_interrupted_isCancelledAndLeavesNothing() {
    float[][] vectors = TestVectors.clustered(100, DIMENSION, 1);
    int[] places = new int[100];
    Arrays.setAll(places, i -> i);
    try (Spill spill = spill(vectors)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> spill.arrange(places, new int[] {0, 100}, 1 << 20))
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertHolds(spill, vectors, 1);
    }
    assertThat(folder).isEmptyDirectory();
  }
}
