package io.akidb.diskann.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The sum of a vector's lanes in an order that is always the same: halves are added to each other
 * until one lane is left. {@code reduceLanes} leaves the order to the JVM, which takes another one
 * in interpreted than in compiled code; a build with one thread and a seed would not be the same
 * twice. Stateless.
 */
final class Lanes {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int COUNT = SPECIES.length();
  private static final VectorShuffle<Float> SWAP_8 = swap(8);
  private static final VectorShuffle<Float> SWAP_4 = swap(4);
  private static final VectorShuffle<Float> SWAP_2 = swap(2);

  private Lanes() {}

  private static VectorShuffle<Float> swap(int half) {
    return VectorShuffle.fromOp(SPECIES, lane -> half < COUNT ? lane ^ half : lane);
  }

  /** The sum of all lanes of {@code v}, which is of the preferred species. */
  static float sum(FloatVector v) {
    if (COUNT < 4) {
      return COUNT == 1 ? v.lane(0) : v.lane(0) + v.lane(1);
    }
    FloatVector sum = v;
    if (COUNT > 8) {
      sum = sum.add(sum.rearrange(SWAP_8));
    }
    if (COUNT > 4) {
      sum = sum.add(sum.rearrange(SWAP_4));
    }
    sum = sum.add(sum.rearrange(SWAP_2));
    return sum.lane(0) + sum.lane(1);
  }
}
