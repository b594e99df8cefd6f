package io.akidb.bench.tenants;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatenciesTest {
  @Test
  void quantiles_areThoseOfNearestRank() {
    Latencies latencies = new Latencies();
    for (int i = 2_000; i > 0; i--) {
      latencies.add(i * 1_000_000L);
    }
    assertThat(latencies.at(0)).isEqualTo(2_000);
    assertThat(latencies.at(-1)).isEqualTo(1);
    assertThat(latencies.summary()).isEqualTo(new Latencies.Summary(2_000, 1_000, 1_980, 2_000));
  }

  @Test
  void oneCall_isEachQuantile() {
    Latencies latencies = new Latencies();
    latencies.add(3_000_000);
    assertThat(latencies.summary()).isEqualTo(new Latencies.Summary(1, 3, 3, 3));
  }
}
