package io.akidb.diskann.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.akidb.diskann.CorruptShardException;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.InvalidVectorException;
import io.akidb.diskann.Quantization;
import io.akidb.diskann.ShardFormatException;
import io.akidb.diskann.data.TestVectors;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every quantizer promises. */
public abstract class QuantizerContract {
  private static final long SEED = 20_261_121;
  private static final int K = 10;

  protected abstract Quantization quantization();

  /** The least share of the ten nearest that are among the twenty of least estimate. */
  protected abstract double recallMin();

  /** The most that an estimate is off, in squared lengths of the vectors, on the mean. */
  protected abstract double errorMax();

  private Quantizer train(float[][] sample, DistanceMetric metric) {
    return Quantizers.train(quantization(), sample, metric, 0, SEED);
  }

  /** One behind the other. */
  private static MemorySegment encode(Quantizer quantizer, float[][] vectors) {
    int bytes = quantizer.bytesPerVector();
    byte[] codes = new byte[vectors.length * bytes];
    for (int i = 0; i < vectors.length; i++) {
      quantizer.encode(vectors[i], codes, i * bytes);
    }
    return MemorySegment.ofArray(codes);
  }

  private static float[] estimates(Quantizer quantizer, MemorySegment codes, float[] query) {
    int n = (int) (codes.byteSize() / quantizer.bytesPerVector());
    float[] estimates = new float[n];
    QuantizedQuery scorer = quantizer.query();
    scorer.set(query);
    scorer.estimate(codes, IntStream.range(0, n).toArray(), n, estimates);
    return estimates;
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void estimate_anyDimension_isNearTheDistance(DistanceMetric metric) {
    for (int dimension : new int[] {1, 2, 3, 7, 17, 31, 33, 100, 129, 257, 500}) {
      float[][] vectors = TestVectors.clustered(300, dimension, SEED);
      Quantizer quantizer = train(vectors, metric);
      assertThat(quantizer.dimension()).isEqualTo(dimension);
      assertThat(quantizer.metric()).isEqualTo(metric);
      assertThat(quantizer.quantization()).isEqualTo(quantization());
      MemorySegment codes = encode(quantizer, vectors);
      float[] query = TestVectors.clustered(1, dimension, SEED + 1)[0];
      float[] estimates = estimates(quantizer, codes, query);
      double error = 0;
      double squares = 0;
      for (int i = 0; i < vectors.length; i++) {
        error += Math.abs(estimates[i] - TestVectors.distance(metric, query, vectors[i]));
        squares += TestVectors.distance(DistanceMetric.DOT, vectors[i], vectors[i]);
      }
      double unit = metric == DistanceMetric.COSINE ? vectors.length : -squares;
      assertThat(error / unit).as("dimension %s", dimension).isLessThan(errorMax());
    }
  }

  @Test
  void estimate_largestDimension_isNearTheDistance() {
    float[][] vectors = TestVectors.clustered(40, 4096, SEED);
    Quantizer quantizer = train(vectors, DistanceMetric.L2);
    float[] estimates = estimates(quantizer, encode(quantizer, vectors), vectors[7]);
    assertThat(IntStream.range(0, 40).filter(i -> estimates[i] < estimates[7])).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void estimate_ofManyOrOne_isTheSameWhereverTheCodeLies(DistanceMetric metric) {
    float[][] vectors = TestVectors.clustered(50, 21, SEED);
    Quantizer quantizer = train(vectors, metric);
    int bytes = quantizer.bytesPerVector();
    MemorySegment codes = encode(quantizer, vectors);
    QuantizedQuery scorer = quantizer.query();
    scorer.set(vectors[3]);
    int[] nodes = {49, 0, 7, 7};
    float[] many = new float[5];
    many[4] = 42;
    scorer.estimate(codes, nodes, nodes.length, many);
    assertThat(many[4]).isEqualTo(42);
    byte[] shifted = new byte[bytes + 5];
    for (int i = 0; i < nodes.length; i++) {
      assertThat(scorer.estimate(codes, (long) nodes[i] * bytes)).isEqualTo(many[i]);
      Arrays.fill(shifted, (byte) -1);
      quantizer.encode(vectors[nodes[i]], shifted, 5);
      assertThat(scorer.estimate(MemorySegment.ofArray(shifted), 5)).isEqualTo(many[i]);
      assertThat(Arrays.copyOf(shifted, 5)).containsOnly(-1);
    }
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void estimate_ofClusteredVectors_ranksWell(DistanceMetric metric) {
    float[][] vectors = TestVectors.clustered(2_000, 48, SEED);
    Quantizer quantizer = train(vectors, metric);
    MemorySegment codes = encode(quantizer, vectors);
    float[][] queries = TestVectors.clustered(40, 48, SEED + 2);
    int found = 0;
    for (float[] query : queries) {
      found += found(metric, vectors, query, estimates(quantizer, codes, query));
    }
    assertThat((double) found / (K * queries.length)).isGreaterThan(recallMin());
  }

  private static int found(
      DistanceMetric metric, float[][] vectors, float[] query, float[] estimates) {
    double[] distances =
        Arrays.stream(vectors).mapToDouble(v -> TestVectors.distance(metric, query, v)).toArray();
    double[] sorted = distances.clone();
    Arrays.sort(sorted);
    float[] estimated = estimates.clone();
    Arrays.sort(estimated);
    return (int)
        IntStream.range(0, vectors.length)
            .filter(i -> estimates[i] <= estimated[2 * K - 1] && distances[i] <= sorted[K - 1])
            .count();
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void bytes_readAgain_areTheSameQuantizer(DistanceMetric metric) {
    float[][] vectors = TestVectors.clustered(200, 19, SEED);
    Quantizer quantizer = train(vectors, metric);
    byte[] bytes = quantizer.toBytes();
    Quantizer read = Quantizers.fromBytes(bytes);
    assertThat(read.toBytes()).isEqualTo(bytes);
    assertThat(read.quantization()).isEqualTo(quantization());
    assertThat(read.metric()).isEqualTo(metric);
    assertThat(read.bytesPerVector()).isEqualTo(quantizer.bytesPerVector());
    MemorySegment codes = encode(quantizer, vectors);
    assertThat(encode(read, vectors).mismatch(codes)).isEqualTo(-1);
    assertThat(estimates(read, codes, vectors[5]))
        .isEqualTo(estimates(quantizer, codes, vectors[5]));
  }

  @Test
  void bytes_damaged_areAnError() {
    byte[] bytes = train(TestVectors.clustered(200, 5, SEED), DistanceMetric.L2).toBytes();
    for (int i = 0; i < Math.min(bytes.length, 400) * 8; i++) {
      byte[] changed = bytes.clone();
      changed[i >> 3] ^= (byte) (1 << (i & 7));
      assertThatThrownBy(() -> Quantizers.fromBytes(changed))
          .isInstanceOf(ShardFormatException.class);
    }
    for (int length : new int[] {0, 7, 8, 31, 39, 40, bytes.length - 4, bytes.length - 1}) {
      assertThatThrownBy(() -> Quantizers.fromBytes(Arrays.copyOf(bytes, length)))
          .isInstanceOf(CorruptShardException.class);
    }
    assertThatThrownBy(() -> Quantizers.fromBytes(Arrays.copyOf(bytes, bytes.length + 4)))
        .isInstanceOf(CorruptShardException.class);
  }

  @Test
  void train_sameSeed_isTheSame() {
    float[][] vectors = TestVectors.clustered(500, 24, SEED);
    assertThat(train(vectors, DistanceMetric.DOT).toBytes())
        .isEqualTo(train(vectors, DistanceMetric.DOT).toBytes());
  }

  @Test
  void components_notFinite_areRefused() {
    float[][] vectors = TestVectors.clustered(20, 6, SEED);
    Quantizer quantizer = train(vectors, DistanceMetric.L2);
    byte[] code = new byte[quantizer.bytesPerVector()];
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      float[] vector = vectors[4].clone();
      vector[5] = bad;
      assertThatThrownBy(() -> quantizer.encode(vector, code, 0))
          .isInstanceOf(InvalidVectorException.class)
          .hasMessageContaining("component 5");
      assertThatThrownBy(() -> quantizer.query().set(vector))
          .isInstanceOf(InvalidVectorException.class);
      float[][] sample = vectors.clone();
      sample[19] = vector;
      assertThatThrownBy(() -> train(sample, DistanceMetric.L2))
          .isInstanceOf(InvalidVectorException.class);
    }
    assertThatThrownBy(() -> quantizer.encode(new float[5], code, 0))
        .isInstanceOf(InvalidVectorException.class);
    assertThatThrownBy(() -> train(new float[0][], DistanceMetric.L2))
        .isInstanceOf(IllegalArgumentException.class);
    Quantizer cosine = train(vectors, DistanceMetric.COSINE);
    assertThatThrownBy(() -> cosine.encode(new float[6], code, 0))
        .isInstanceOf(InvalidVectorException.class)
        .hasMessageContaining("direction");
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void vectors_allTheSameOrOne_areEstimatedAsTheyAre(DistanceMetric metric) {
    float[] same = {3, -1, 0, 1e-3f, 7};
    float[] query = {1, 2, 3, 4, 5};
    float[][] constant = new float[1_000][];
    Arrays.fill(constant, same);
    for (float[][] sample : new float[][][] {constant, {same}}) {
      Quantizer quantizer = train(sample, metric);
      for (float estimate : estimates(quantizer, encode(quantizer, sample), query)) {
        assertThat((double) estimate)
            .isCloseTo(TestVectors.distance(metric, query, same), within(1e-3));
      }
    }
  }

  @Test
  void encode_byManyThreads_isTheSame() {
    float[][] vectors = TestVectors.clustered(400, 40, SEED);
    Quantizer quantizer = train(vectors, DistanceMetric.COSINE);
    MemorySegment expected = encode(quantizer, vectors);
    Set<Long> mismatches = new HashSet<>();
    IntStream.range(0, 8)
        .parallel()
        .mapToObj(thread -> encode(quantizer, vectors).mismatch(expected))
        .forEachOrdered(mismatches::add);
    assertThat(mismatches).containsExactly(-1L);
  }

  @Test
  void cosine_ofLongerVectors_isTheSame() {
    float[][] vectors = TestVectors.clustered(100, 16, SEED);
    Quantizer quantizer = train(vectors, DistanceMetric.COSINE);
    float[][] longer = new float[vectors.length][16];
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < longer.length; i++) {
      // A power of two, so that no rounding differs.
      float factor = 1 << random.nextInt(8);
      for (int d = 0; d < 16; d++) {
        longer[i][d] = vectors[i][d] * factor;
      }
    }
    assertThat(encode(quantizer, longer).mismatch(encode(quantizer, vectors))).isEqualTo(-1);
  }
}
