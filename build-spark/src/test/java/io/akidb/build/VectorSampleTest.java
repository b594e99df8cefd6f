package io.akidb.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VectorSampleTest {
  @Test
  void offer_anyGrouping_sameSample() {
    VectorSample whole = new VectorSample(50, 3);
    VectorSample left = new VectorSample(50, 3);
    VectorSample right = new VectorSample(50, 3);
    for (int i = 0; i < 1000; i++) {
      whole.offer("id-" + i, new float[] {i});
      (i % 3 == 0 ? left : right).offer("id-" + i, new float[] {i});
    }
    VectorSample merged = new VectorSample(50, 3);
    right.entries().forEach(merged::offer);
    left.entries().forEach(merged::offer);

    assertThat(values(merged)).hasSize(50).isEqualTo(values(whole));
  }

  @Test
  void offer_sequentialIds_spreadsOverAll() {
    VectorSample sample = new VectorSample(1000, 11);
    IntStream.range(0, 10_000).forEach(i -> sample.offer("id-" + i, new float[] {i}));

    double mean = values(sample).stream().mapToDouble(Float::doubleValue).average().orElseThrow();
    assertThat(mean).isBetween(4500.0, 5500.0);
  }

  @Test
  void offer_noCapacity_keepsNothing() {
    VectorSample sample = new VectorSample(0, 1);
    sample.offer("a", new float[] {1});

    assertThat(sample.entries()).isEmpty();
  }

  @Test
  void hash_seeds_areIndependent() {
    long same =
        IntStream.range(0, 10_000)
            .filter(i -> (IdHash.of("id-" + i, 1) & 1) == (IdHash.of("id-" + i, ~1L) & 1))
            .count();

    assertThat(same).isBetween(4700L, 5300L);
    assertThat(IdHash.of("id-1", 42)).isEqualTo(IdHash.of("id-1", 42));
  }

  private static List<Float> values(VectorSample sample) {
    return sample.entries().stream().map(entry -> entry.vector()[0]).toList();
  }
}
