package io.akidb.diskann.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.data.TestVectors;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EntryNodesTest {
  @TempDir Path folder;

  private static final long SEED = 20_261_121;

  @ParameterizedTest
  @CsvSource({"1,0,1", "2,1,1", "2,1,2", "50,49,50", "50,7,13", "3000,17,40", "3000,0,1"})
  void choose_anyCount_areSoManyDifferentNodesBeginningWithTheFirst(
      int size, int first, int count) {
    PointSpace space = new PointSpace(TestVectors.clustered(size, 5, SEED));
    int[] entries = EntryNodes.choose(space, first, count, SEED);
    assertThat(entries).hasSize(count).doesNotHaveDuplicates().startsWith(first);
    assertThat(Arrays.stream(entries)).allMatch(node -> node >= 0 && node < size);
    assertThat(EntryNodes.choose(space, first, count, SEED)).isEqualTo(entries);
  }

  @Test
  void choose_equalVectors_areDifferentNodes() {
    float[][] same = new float[100][];
    Arrays.fill(same, new float[] {1, 2});
    assertThat(EntryNodes.choose(new PointSpace(same), 5, 60, SEED))
        .doesNotHaveDuplicates()
        .startsWith(5);
  }

  @Test
  void choose_farClusters_haveAnEntryEach() {
    SplittableRandom random = new SplittableRandom(SEED);
    int clusters = 60;
    float[][] points = new float[6_000][];
    for (int i = 0; i < points.length; i++) {
      int cluster = i % clusters;
      points[i] = new float[] {100 * cluster + random.nextFloat(), random.nextFloat()};
    }
    int[] entries = EntryNodes.choose(new PointSpace(points), 0, 2 * clusters, SEED);
    assertThat(Arrays.stream(entries).map(node -> node % clusters).distinct().count())
        .isEqualTo(clusters);
  }

  @Test
  void choose_byACopy_areTheSame() {
    float[][] points = TestVectors.clustered(3_000, 16, SEED);
    FloatSpace space = new FloatSpace(MemorySegment.ofArray(new float[3_000 * 16]), 3_000, 16);
    for (int i = 0; i < points.length; i++) {
      space.set(i, points[i]);
    }
    assertThat(EntryNodes.choose(space, 77, 200, SEED, folder))
        .isEqualTo(EntryNodes.choose(space, 77, 200, SEED));
    assertThat(folder).isEmptyDirectory();
  }
}
