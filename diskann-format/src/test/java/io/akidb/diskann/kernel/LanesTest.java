package io.akidb.diskann.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class LanesTest {
  private static final long SEED = 20_261_121;
  private static final int COUNT = Lanes.SPECIES.length();

  /** So often that it is interpreted at first and compiled by the fastest compiler at last. */
  private static final int CALLS = 60_000;

  @Test
  void sum_interpretedAndCompiled_addsHalvesToEachOther() {
    SplittableRandom random = new SplittableRandom(SEED);
    float[] lanes = new float[COUNT];
    for (int call = 0; call < CALLS; call++) {
      for (int lane = 0; lane < COUNT; lane++) {
        lanes[lane] = (random.nextFloat() - 0.5f) * (1 << random.nextInt(20));
      }
      float sum = Lanes.sum(FloatVector.fromArray(Lanes.SPECIES, lanes, 0));
      assertThat(Float.floatToRawIntBits(sum))
          .as("call %d, seed %d", call, SEED)
          .isEqualTo(Float.floatToRawIntBits(halves(lanes.clone())));
    }
  }

  private static float halves(float[] lanes) {
    for (int half = COUNT / 2; half > 0; half /= 2) {
      for (int lane = 0; lane < half; lane++) {
        lanes[lane] += lanes[lane + half];
      }
    }
    return lanes[0];
  }
}
