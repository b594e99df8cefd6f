package io.akidb.diskann.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Against a hash set. */
class VisitedSetTest {
  @Test
  void set_randomIds_agreesWithASetAndForgetsWhenCleared() {
    long seed = 20_261_121;
    SplittableRandom random = new SplittableRandom(seed);
    VisitedSet visited = new VisitedSet();
    for (int size : new int[] {0, 1, 10, 2_047, 2_049, 30_000, 5, 200_000, 100}) {
      visited.clear();
      Set<Integer> model = new HashSet<>();
      // Dense and sparse ids, zero and the largest among them.
      int bound = random.nextBoolean() ? Math.max(1, size) : Integer.MAX_VALUE;
      for (int i = 0; i < size; i++) {
        int id = i == 3 ? 0 : i == 4 ? Integer.MAX_VALUE : random.nextInt(bound);
        assertThat(visited.add(id)).as("seed %s, id %s", seed, id).isEqualTo(model.add(id));
      }
      model.forEach(id -> assertThat(visited.add(id)).isFalse());
    }
  }
}
