package io.akidb.bench.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** What is measured must be what it is called. */
class KernelBenchmarksTest {
  @Test
  void distances_allForms_agree() {
    DistanceBenchmark benchmark = new DistanceBenchmark();
    benchmark.dimension = 131;
    benchmark.setUp(1 << 20);
    float expected = benchmark.squaredL2OfArrays();
    assertThat(expected).isPositive();
    assertThat(benchmark.squaredL2OfSegment()).isCloseTo(expected, within(1e-3f));
    assertThat(benchmark.squaredL2OfFarSegment()).isCloseTo(expected, within(1e-3f));
    assertThat(benchmark.dotOfSegment()).isCloseTo(benchmark.dotOfArrays(), within(1e-3f));
    benchmark.tearDown();
  }

  @Test
  void codes_estimates_areNearTheDistances() {
    CodeBenchmark benchmark = new CodeBenchmark();
    benchmark.dimension = 32;
    benchmark.setUp();
    assertThat(benchmark.encode()).hasSize(16);
    assertThat(benchmark.fillTable()).hasSize(16 * 256);
    // Squared distances of two standard normal vectors are twice the dimension on average.
    assertThat(benchmark.estimate() / CodeBenchmark.CODES).isCloseTo(64, within(16f));
    benchmark.tearDown();
  }
}
