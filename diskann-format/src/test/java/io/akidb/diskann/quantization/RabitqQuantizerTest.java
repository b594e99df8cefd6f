package io.akidb.diskann.quantization;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.Quantization;
import io.akidb.diskann.data.TestVectors;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RabitqQuantizerTest extends QuantizerContract {
  private static final long SEED = 20_261_121;

  @Override
  protected Quantization quantization() {
    return Quantization.RABITQ;
  }

  @Override
  protected double recallMin() {
    return 0.55;
  }

  @Override
  protected double errorMax() {
    return 0.3;
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void estimate_ofManyVectors_isRightOnAverageAndWithinItsBound(DistanceMetric metric) {
    for (int dimension : new int[] {24, 200, 384}) {
      float[][] vectors = TestVectors.clustered(2_000, dimension, SEED);
      Quantizer quantizer = Quantizers.train(quantization(), vectors, metric, 0, SEED);
      QuantizedQuery scorer = quantizer.query();
      byte[] code = new byte[quantizer.bytesPerVector()];
      MemorySegment codes = MemorySegment.ofArray(code);
      int within = 0;
      double error = 0;
      double bounds = 0;
      float[][] queries = TestVectors.clustered(5, dimension, SEED + 1);
      for (float[] query : queries) {
        scorer.set(query);
        for (float[] vector : vectors) {
          quantizer.encode(vector, code, 0);
          double off = scorer.estimate(codes, 0) - TestVectors.distance(metric, query, vector);
          double bound = scorer.errorBound(codes, 0);
          within += Math.abs(off) <= bound ? 1 : 0;
          error += off;
          bounds += bound;
        }
      }
      int n = vectors.length * queries.length;
      assertThat((double) within / n).as("dimension %s", dimension).isBetween(0.9, 1.0);
      // No bias: errors of either sign cancel each other.
      assertThat(Math.abs(error / n)).isLessThan(0.1 * bounds / n);
    }
  }
}
