package io.akidb.diskann.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.SearchBuffer;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** Against a priority queue. */
class NearestListTest {
  private static final Comparator<float[]> ORDER =
      Comparator.<float[]>comparingDouble(each -> each[0]).thenComparingDouble(each -> each[1]);

  @RepeatedTest(30)
  void list_randomOffers_keepsTheNearestByDistanceThenId(RepetitionInfo run) {
    long seed = run.getCurrentRepetition();
    SplittableRandom random = new SplittableRandom(seed);
    NearestList list = new NearestList();
    for (int round = 0; round < 4; round++) {
      int k = 1 + random.nextInt(200);
      list.reset(k);
      PriorityQueue<float[]> model = new PriorityQueue<>(ORDER.reversed());
      int offers = random.nextInt(600);
      for (int i = 0; i < offers; i++) {
        int id = random.nextInt(1 << 20);
        // Few values, so that ids decide often; of both signs, as inner products have.
        float distance = random.nextInt(-20, 20) / 4f;
        float[] offer = {distance, id};
        boolean kept = model.size() < k || ORDER.compare(offer, model.element()) < 0;
        assertThat(list.wouldKeep(distance, id)).as("seed %s", seed).isEqualTo(kept);
        list.add(distance, id);
        if (kept) {
          model.add(offer);
          if (model.size() > k) {
            model.remove();
          }
        }
      }
      assertThat(list.size()).isEqualTo(model.size());
      assertThat(list.isFull()).isEqualTo(model.size() == k);
      assertThat(list.farthest())
          .as("seed %s", seed)
          .isEqualTo(model.size() == k ? model.element()[0] : Float.POSITIVE_INFINITY);
      SearchBuffer result = new SearchBuffer();
      list.toBuffer(result);
      for (int i = model.size() - 1; i >= 0; i--) {
        float[] expected = model.remove();
        assertThat(result.distance(i)).as("seed %s, place %s", seed, i).isEqualTo(expected[0]);
        assertThat(result.nodeId(i)).isEqualTo((int) expected[1]);
      }
    }
  }
}
