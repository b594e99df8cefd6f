package io.akidb.diskann.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.kernel.FastScan;
import io.akidb.diskann.kernel.SegmentLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rotation, encoder and query together, against plain distances. */
class BinaryCodesTest {
  private static final long SEED = 20_261_121;

  private static float[] vector(SplittableRandom random, int dimension, int length) {
    float[] vector = new float[length];
    for (int d = 0; d < dimension; d++) {
      vector[d] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64, 96, 128, 257, 384, 784, 1000, 4096})
  void rotation_anyLength_keepsInnerProductsAndSpreadsOneComponent(int dimension) {
    int length = Rotation.lengthFor(dimension);
    assertThat(length).isGreaterThanOrEqualTo(dimension);
    assertThat(length % FastScan.GROUPS_ALIGNED).isZero();
    Rotation rotation = Rotation.random(length, SEED);
    assertThat(Rotation.of(length, rotation.toBytes()).toBytes()).isEqualTo(rotation.toBytes());
    SplittableRandom random = new SplittableRandom(SEED);
    float[] a = vector(random, dimension, length);
    float[] b = vector(random, dimension, length);
    double square = dot(a, a);
    double product = dot(a, b);
    rotation.rotate(a);
    rotation.rotate(b);
    assertThat(dot(a, a)).isCloseTo(square, within(1e-4 * square));
    assertThat(dot(a, b)).isCloseTo(product, within(1e-4 * square));

    float[] one = new float[length];
    one[0] = 1;
    rotation.rotate(one);
    double largest = 0;
    for (float component : one) {
      largest = Math.max(largest, Math.abs(component));
    }
    // Evenly spread each would be one over the root of the length.
    assertThat(largest).as("seed %s", SEED).isLessThan(8 / Math.sqrt(length));
  }

  @ParameterizedTest
  @CsvSource({"L2, 24", "L2, 128", "L2, 784", "COSINE, 100", "COSINE, 384", "DOT, 48", "DOT, 300"})
  void estimate_ofManyCodes_isRightOnAverageAndWithinTheBoundOfItsPaper(
      DistanceMetric metric, int dimension) {
    int length = Rotation.lengthFor(dimension);
    int count = 320;
    Rotation rotation = Rotation.random(length, SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    float[] centre = vector(random, dimension, length);
    float[] query = vector(random, dimension, length);
    rotation.rotate(centre);
    rotation.rotate(query);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment all = arena.allocate(4L * length * count);
      float[][] vectors = new float[count][];
      for (int i = 0; i < count; i++) {
        vectors[i] = vector(random, dimension, length);
        rotation.rotate(vectors[i]);
        MemorySegment.copy(vectors[i], 0, all, SegmentLayout.F32, 4L * length * i, length);
      }
      float[] estimates =
          estimates(metric, all, centre, query, NeighbourCodes.of(count, length / 4));
      double sum = 0;
      double squares = 0;
      double scale = 0;
      for (int i = 0; i < count; i++) {
        double error = estimates[i] - distance(metric, query, vectors[i]);
        sum += error;
        squares += error * error;
        // Theorem 3.2 of RaBitQ: of the order of both lengths by the root of the dimension.
        double bound =
            Math.sqrt(squared(query, centre) * squared(vectors[i], centre))
                * (metric == DistanceMetric.DOT ? 1 : 2);
        scale += bound * bound / length;
      }
      double deviation = Math.sqrt(squares / count);
      assertThat(deviation).as("seed %s", SEED).isLessThan(1.5 * Math.sqrt(scale / count));
      assertThat(Math.abs(sum / count)).isLessThan(0.5 * Math.sqrt(scale / count));
    }
  }

  @ParameterizedTest
  @CsvSource({"L2, 24", "L2, 784", "COSINE, 100", "DOT, 1040"})
  void estimate_ofNarrowCodes_isThatOfABlock(DistanceMetric metric, int dimension) {
    int length = Rotation.lengthFor(dimension);
    SplittableRandom random = new SplittableRandom(SEED);
    float[] centre = vector(random, length, length);
    float[] query = vector(random, length, length);
    float[] vectors = vector(random, length * FastScan.LANES, length * FastScan.LANES);
    MemorySegment all = MemorySegment.ofArray(vectors);
    for (int count = 1; count <= NeighbourCodes.NARROW_MAX; count++) {
      NeighbourCodes narrow = NeighbourCodes.narrow(count, length / 4);
      NeighbourCodes block = NeighbourCodes.of(count, length / 4);
      assertThat(estimates(metric, all, centre, query, narrow))
          .as("%s codes", count)
          .isEqualTo(estimates(metric, all, centre, query, block));
    }
    assertThat(NeighbourCodes.narrow(0, length / 4).bytes()).isZero();
    assertThatThrownBy(() -> NeighbourCodes.narrow(33, length / 4))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static double squared(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
    }
    return sum;
  }

  private static double distance(DistanceMetric metric, float[] a, float[] b) {
    return metric == DistanceMetric.DOT ? -dot(a, b) : squared(a, b);
  }

  private static float[] estimates(
      DistanceMetric metric,
      MemorySegment all,
      float[] centre,
      float[] query,
      NeighbourCodes shape) {
    int count = shape.count();
    BinaryEncoder encoder = new BinaryEncoder(metric, centre.length, count);
    int[] which = new int[count];
    for (int i = 0; i < count; i++) {
      which[i] = i;
    }
    byte[] codes = new byte[3 + shape.bytes() + NeighbourCodes.NARROW_BYTES_BEHIND];
    encoder.encode(centre, all, which, count, shape, codes, 3);
    BinaryQuery scored = new BinaryQuery(centre.length);
    scored.set(query);
    float base = (float) distance(metric, query, centre);
    float[] all32 = new float[count];
    float[] block = new float[FastScan.LANES];
    for (int i = 0; i < count; i += FastScan.LANES) {
      scored.estimate(MemorySegment.ofArray(codes), shape, 3, i / FastScan.LANES, base, 0, block);
      System.arraycopy(block, 0, all32, i, Math.min(FastScan.LANES, count - i));
    }
    return all32;
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void estimate_ofTheCentreItself_isItsDistance(DistanceMetric metric) {
    Rotation rotation = Rotation.random(128, SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    float[] centre = vector(random, 100, 128);
    float[] query = vector(random, 100, 128);
    rotation.rotate(centre);
    MemorySegment same = MemorySegment.ofArray(centre.clone());
    float[] estimates = estimates(metric, same, centre, query, NeighbourCodes.of(1, 32));
    assertThat((double) estimates[0]).isCloseTo(distance(metric, query, centre), within(1e-3));
  }
}
