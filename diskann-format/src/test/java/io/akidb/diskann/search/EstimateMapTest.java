package io.akidb.diskann.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Against a hash map. */
class EstimateMapTest {
  @Test
  void map_randomEstimates_agreesWithAMapAndForgetsWhenCleared() {
    long seed = 20_261_122;
    SplittableRandom random = new SplittableRandom(seed);
    EstimateMap known = new EstimateMap();
    for (int size : new int[] {0, 1, 10, 2_047, 2_049, 30_000, 5, 200_000, 100}) {
      known.clear();
      Map<Integer, Float> model = new HashMap<>();
      // Dense and sparse ids, zero and the largest among them.
      int bound = random.nextBoolean() ? Math.max(1, size) : Integer.MAX_VALUE;
      for (int i = 0; i < size; i++) {
        int id = i == 3 ? 0 : i == 4 ? Integer.MAX_VALUE : random.nextInt(bound);
        float estimate = i % 7 == 0 ? EstimateMap.CLOSED : (float) random.nextDouble();
        int place = known.place(id);
        assertThat(known.estimate(place))
            .as("seed %s, id %s", seed, id)
            .isEqualTo(model.getOrDefault(id, EstimateMap.NEW));
        known.set(place, estimate);
        model.put(id, estimate);
      }
      model.forEach(
          (id, estimate) -> assertThat(known.estimate(known.place(id))).isEqualTo(estimate));
    }
  }
}
