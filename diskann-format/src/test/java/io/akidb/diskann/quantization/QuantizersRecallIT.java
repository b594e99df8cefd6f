package io.akidb.diskann.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.Quantization;
import io.akidb.diskann.data.SharedData;
import io.akidb.diskann.data.TestVectors;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Estimates of real vectors: how many of the ten nearest are among the fifty with the least
 * estimates.
 */
class QuantizersRecallIT {
  private static final int ROWS = 4_000;
  private static final int QUERIES = 40;

  @ParameterizedTest
  @CsvSource({"PQ, 0.95", "OPQ, 0.95", "SQ8, 1", "SQ4, 0.998", "RABITQ, 0.95"})
  void estimates_ofSentenceEmbeddings_rankWell(Quantization quantization, double least)
      throws IOException {
    Optional<SharedData> data = SharedData.find("wordnet-minilm");
    assumeTrue(data.isPresent(), SharedData.howToGet("wordnet-minilm"));
    float[][] base = data.get().npy("base.f16.npy", ROWS);
    float[][] queries = data.get().npy("query.f16.npy", QUERIES);
    Quantizer quantizer = Quantizers.train(quantization, base, DistanceMetric.COSINE, 0, 7);
    int bytes = quantizer.bytesPerVector();
    byte[] codes = new byte[base.length * bytes];
    for (int i = 0; i < base.length; i++) {
      quantizer.encode(base[i], codes, i * bytes);
    }
    QuantizedQuery scorer = quantizer.query();
    int[] all = IntStream.range(0, base.length).toArray();
    float[] estimates = new float[base.length];
    int found = 0;
    for (float[] query : queries) {
      scorer.set(query);
      scorer.estimate(MemorySegment.ofArray(codes), all, all.length, estimates);
      double[] nearest = TestVectors.nearest(DistanceMetric.COSINE, base, query, 10, row -> true);
      found +=
          (int)
              Arrays.stream(all)
                  .boxed()
                  .sorted(Comparator.comparingDouble(i -> estimates[i]))
                  .limit(50)
                  .filter(
                      i ->
                          TestVectors.distance(DistanceMetric.COSINE, base[i], query) <= nearest[9])
                  .count();
    }
    assertThat(found / (10.0 * QUERIES)).isGreaterThanOrEqualTo(least);
  }
}
