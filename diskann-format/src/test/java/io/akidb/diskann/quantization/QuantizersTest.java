package io.akidb.diskann.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.akidb.diskann.CorruptShardException;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.Quantization;
import io.akidb.diskann.ShardTooNewException;
import io.akidb.diskann.ShardTooOldException;
import io.akidb.diskann.data.TestVectors;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Quantizers side by side, and what they read. */
class QuantizersTest {
  private static final long SEED = 20_261_121;

  /** The mean of how far estimates are off. */
  private static double error(Quantizer quantizer, float[][] vectors, float[] query) {
    QuantizedQuery scorer = quantizer.query();
    scorer.set(query);
    byte[] code = new byte[quantizer.bytesPerVector()];
    double error = 0;
    for (float[] vector : vectors) {
      quantizer.encode(vector, code, 0);
      double distance = TestVectors.distance(quantizer.metric(), query, vector);
      error += Math.abs(scorer.estimate(MemorySegment.ofArray(code), 0) - distance);
    }
    return error / vectors.length;
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void error_moreBytes_isLess(DistanceMetric metric) {
    float[][] vectors = TestVectors.clustered(1_500, 96, SEED);
    float[] query = TestVectors.clustered(1, 96, SEED + 1)[0];
    double before = Double.POSITIVE_INFINITY;
    int bytesBefore = 0;
    for (Quantization quantization :
        new Quantization[] {Quantization.RABITQ, Quantization.SQ4, Quantization.SQ8}) {
      Quantizer quantizer = Quantizers.train(quantization, vectors, metric, 0, SEED);
      double error = error(quantizer, vectors, query);
      assertThat(quantizer.bytesPerVector()).isGreaterThan(bytesBefore);
      assertThat(error).as(quantization.name()).isLessThan(before / 2);
      bytesBefore = quantizer.bytesPerVector();
      before = error;
    }
    for (Quantization quantization : new Quantization[] {Quantization.PQ, Quantization.OPQ}) {
      double first =
          error(Quantizers.train(quantization, vectors, metric, 6, SEED), vectors, query);
      double second =
          error(Quantizers.train(quantization, vectors, metric, 48, SEED), vectors, query);
      assertThat(second).as(quantization.name()).isLessThan(first / 1.5);
    }
  }

  @Test
  void opq_ofVectorsInFewDirections_losesLessThanPq() {
    // All variance is in 8 directions that no subspace holds alone.
    SplittableRandom random = new SplittableRandom(SEED);
    float[][] directions = new float[8][64];
    for (float[] direction : directions) {
      for (int d = 0; d < 64; d++) {
        direction[d] = (float) random.nextGaussian();
      }
    }
    float[][] vectors = new float[2_000][64];
    for (float[] vector : vectors) {
      for (float[] direction : directions) {
        float length = (float) random.nextGaussian();
        for (int d = 0; d < 64; d++) {
          vector[d] += length * direction[d];
        }
      }
    }
    DistanceMetric metric = DistanceMetric.L2;
    Quantizer plain = Quantizers.train(Quantization.PQ, vectors, metric, 8, SEED);
    Quantizer rotated = Quantizers.train(Quantization.OPQ, vectors, metric, 8, SEED);
    assertThat(error(rotated, vectors, vectors[0]))
        .isLessThan(0.2 * error(plain, vectors, vectors[0]));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 128, 129, 300})
  void rotation_anyDimension_keepsDistances(int dimension) {
    float[][] vectors = TestVectors.clustered(300, dimension, SEED);
    PrincipalRotation rotation = PrincipalRotation.train(vectors, Math.max(1, dimension / 8));
    float[] a = new float[dimension];
    float[] b = new float[dimension];
    rotation.rotate(vectors[0], new float[dimension], a);
    rotation.rotate(vectors[1], new float[dimension], b);
    double expected = TestVectors.distance(DistanceMetric.L2, vectors[0], vectors[1]);
    assertThat(TestVectors.distance(DistanceMetric.L2, a, b))
        .isCloseTo(expected, within(1e-4 * expected));
  }

  @Test
  void train_ofNeighboursCodesOrTooManySubspaces_isRefused() {
    float[][] vectors = {{1, 2}};
    assertThatThrownBy(
            () ->
                Quantizers.train(
                    Quantization.BINARY_NEIGHBOURS, vectors, DistanceMetric.L2, 0, SEED))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> Quantizers.train(Quantization.OPQ, vectors, DistanceMetric.L2, 3, SEED))
        .hasMessageContaining("1 to the dimension, 2");
    assertThatThrownBy(
            () ->
                Quantizers.train(
                    Quantization.SQ8, new float[][] {{1}, {1, 2}}, DistanceMetric.L2, 0, SEED))
        .hasMessageContaining("another dimension");
    assertThatThrownBy(
            () ->
                Quantizers.train(Quantization.SQ8, new float[1][4097], DistanceMetric.L2, 0, SEED))
        .hasMessageContaining("dimension must be 1 to 4096");
  }

  private static byte[] with(byte[] bytes, int at, int value) {
    byte[] changed = bytes.clone();
    ByteBuffer buffer = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(at, value).putInt(12, 0);
    CRC32C crc = new CRC32C();
    crc.update(changed);
    buffer.putInt(12, (int) crc.getValue());
    return changed;
  }

  @ParameterizedTest
  @EnumSource(
      value = Quantization.class,
      names = {"OPQ", "SQ8", "SQ4", "RABITQ"})
  void fromBytes_fieldsOutOfBounds_areTypedErrors(Quantization quantization) {
    float[][] vectors = TestVectors.clustered(300, 6, SEED);
    byte[] bytes = Quantizers.train(quantization, vectors, DistanceMetric.L2, 0, SEED).toBytes();
    assertThat(Quantizers.fromBytes(with(bytes, 16, quantization.code())).dimension()).isEqualTo(6);
    assertThatThrownBy(() -> Quantizers.fromBytes(with(bytes, 8, 2)))
        .isInstanceOf(ShardTooNewException.class);
    assertThatThrownBy(() -> Quantizers.fromBytes(with(bytes, 8, 0)))
        .isInstanceOf(ShardTooOldException.class);
    assertThatThrownBy(() -> Quantizers.fromBytes(with(bytes, 16, 99)))
        .isInstanceOf(ShardTooNewException.class);
    for (int[] change :
        new int[][] {
          {16, Quantization.PQ.code()},
          {16, Quantization.BINARY_NEIGHBOURS.code()},
          {20, 0},
          {20, -6},
          {20, 7},
          {20, 4096},
          {20, 4097},
          {24, 3},
          {24, -1},
          {28, 1},
          {bytes.length - 4, 0x7fc00000},
        }) {
      assertThatThrownBy(() -> Quantizers.fromBytes(with(bytes, change[0], change[1])))
          .as("%s at %s", change[1], change[0])
          .isInstanceOf(CorruptShardException.class);
    }
    if (quantization == Quantization.OPQ) {
      for (int[] change : new int[][] {{40, -1}, {40, 6}, {44, 3}, {48, 3}}) {
        // Where 3 stands already there is nothing wrong with it, so two places are tried.
        byte[] twice = with(with(bytes, change[0], change[1]), 52, change[1]);
        assertThatThrownBy(() -> Quantizers.fromBytes(twice))
            .isInstanceOf(CorruptShardException.class);
      }
    }
  }
}
