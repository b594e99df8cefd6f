package io.akidb.diskann.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each set of kernels against plain arithmetic in double precision. */
class BinaryKernelsTest {
  private static final long SEED = 20_261_121;

  static Stream<BinaryKernels> kernels() {
    return Stream.of(new ScalarBinaryKernels(), new VectorBinaryKernels(), BestKernels.binary());
  }

  private static float[] vector(SplittableRandom random, int length) {
    float[] vector = new float[length];
    for (int i = 0; i < length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void signs_anyLength_areThoseOfTheDifference(BinaryKernels kernels) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int length = 16; length <= 1024; length += 16) {
      float[] a = vector(random, length);
      float[] b = vector(random, length);
      a[3] = b[3];
      short[] bits = new short[length / 16];
      float[] sums = new float[3];
      kernels.signs(MemorySegment.ofArray(a), 0, b, length, bits, sums);
      double squares = 0;
      double absolute = 0;
      double signed = 0;
      for (int i = 0; i < length; i++) {
        boolean isSet = a[i] >= b[i];
        assertThat((bits[i / 16] >> (i % 16) & 1) == 1)
            .as("bit %s of %s", i, length)
            .isEqualTo(isSet);
        squares += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
        absolute += Math.abs((double) a[i] - b[i]);
        signed += isSet ? b[i] : -b[i];
      }
      assertThat(sums[0]).isCloseTo((float) squares, within(1e-5f * length));
      assertThat(sums[1]).isCloseTo((float) absolute, within(1e-5f * length));
      assertThat(sums[2]).isCloseTo((float) signed, within(1e-5f * length));
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void hadamard_anyPowerOfTwo_isTheTransform(BinaryKernels kernels) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int length = 1; length <= 512; length *= 2) {
      float[] vector = vector(random, length + 5);
      float[] actual = vector.clone();
      kernels.hadamard(actual, 3, length);
      for (int i = 0; i < length; i++) {
        double expected = 0;
        for (int j = 0; j < length; j++) {
          expected += (Integer.bitCount(i & j) & 1) == 0 ? vector[3 + j] : -vector[3 + j];
        }
        assertThat((double) actual[3 + i])
            .as("component %s of %s", i, length)
            .isCloseTo(expected, within(1e-5 * length));
      }
      assertThat(actual).startsWith(vector[0], vector[1], vector[2]);
      assertThat(actual).endsWith(vector[length + 3], vector[length + 4]);
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void tables_ofAVector_holdEachChoicesSumAboveTheLeast(BinaryKernels kernels) {
    SplittableRandom random = new SplittableRandom(SEED);
    float[] vector = vector(random, 48);
    float scale = 12.5f;
    byte[] tables = new byte[4 * 48];
    kernels.tables(vector, scale, 48, tables);
    for (int group = 0; group < 12; group++) {
      for (int choice = 0; choice < 16; choice++) {
        double sum = 0;
        for (int i = 0; i < 4; i++) {
          double component = vector[4 * group + i] * (double) scale;
          sum += ((choice >> i & 1) == 1 ? component : 0) - Math.min(component, 0);
        }
        assertThat((double) (tables[16 * group + choice] & 255))
            .as("group %s, choice %s", group, choice)
            .isCloseTo(sum, within(0.5001));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void estimates_ofABlock_areWhatTheFormulaSays(BinaryKernels kernels) {
    SplittableRandom random = new SplittableRandom(SEED);
    byte[] block = new byte[7 + 96 + 5];
    random.nextBytes(block);
    MemorySegment segment = MemorySegment.ofArray(block);
    int[] sums = random.ints(FastScan.LANES, 0, 60_000).toArray();
    float[] actual = new float[FastScan.LANES];
    float limit = 40;
    int below =
        kernels.estimates(segment, 7, 76, 0.001f, -0.002f, sums, -3f, 0.0005f, 10f, limit, actual);
    for (int i = 0; i < FastScan.LANES; i++) {
      double addend = segment.get(SegmentLayout.I16, 7 + 2L * i);
      double factor = segment.get(SegmentLayout.I8, 76L + i) & 255;
      double expected = 10 + 0.001 * addend - 0.002 * factor * (-3 + 0.0005 * sums[i]);
      assertThat((double) actual[i]).as("lane %s", i).isCloseTo(expected, within(1e-3));
      assertThat((below >> i & 1) == 1).as("lane %s", i).isEqualTo(actual[i] < limit);
    }
  }
}
