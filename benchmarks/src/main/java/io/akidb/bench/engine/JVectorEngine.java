package io.akidb.bench.engine;

import io.akidb.bench.BenchException;
import io.akidb.bench.data.PreparedData;
import io.akidb.diskann.DistanceMetric;
import io.github.jbellis.jvector.disk.SimpleWriter;
import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.ImmutableGraphIndex;
import io.github.jbellis.jvector.graph.ListRandomAccessVectorValues;
import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.graph.disk.OnDiskGraphIndexWriter;
import io.github.jbellis.jvector.graph.disk.feature.Feature;
import io.github.jbellis.jvector.graph.disk.feature.FeatureId;
import io.github.jbellis.jvector.graph.disk.feature.FusedPQ;
import io.github.jbellis.jvector.graph.disk.feature.InlineVectors;
import io.github.jbellis.jvector.graph.disk.feature.NVQ;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.quantization.NVQuantization;
import io.github.jbellis.jvector.quantization.PQVectors;
import io.github.jbellis.jvector.quantization.ProductQuantization;
import io.github.jbellis.jvector.util.PhysicalCoreExecutor;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * JVector as its own benchmarks use it: a graph on disk whose nodes carry their neighbours' product
 * quantization codes ("fused") or whose codes are in memory, reranked on full or NVQ vectors. One
 * graph, built on full vectors, serves all modes.
 */
final class JVectorEngine implements Engine {
  static final String FUSED = "fused";
  static final String FUSED_NVQ = "fused-nvq";
  static final String PQ = "pq";

  private static final int DEGREE_MAX = 32;
  private static final int BEAM_WIDTH = 100;
  private static final float OVERFLOW = 1.2f;
  private static final float ALPHA = 1.2f;
  private static final int CLUSTERS = 256;

  @Override
  public String name() {
    return "jvector";
  }

  @Override
  public String description() {
    return "JVector 4.0.2, M="
        + DEGREE_MAX
        + ", efConstruction="
        + BEAM_WIDTH
        + ", alpha="
        + ALPHA
        + ", overflow="
        + OVERFLOW
        + ", hierarchy; PQ of a byte for 4 dimensions up to 192, for 8 beyond";
  }

  @Override
  public List<String> modes() {
    return List.of(FUSED, FUSED_NVQ, PQ);
  }

  /** The bytes of a code, as numbers of subspaces are chosen in JVector's own configurations. */
  static int subspaces(int dimension) {
    return Math.max(1, dimension <= 192 ? dimension / 4 : dimension / 8);
  }

  static VectorSimilarityFunction similarity(DistanceMetric metric) {
    return switch (metric) {
      case L2 -> VectorSimilarityFunction.EUCLIDEAN;
      // Vectors were brought to unit length, where this is the faster of two equal ones.
      case COSINE, DOT -> VectorSimilarityFunction.DOT_PRODUCT;
    };
  }

  static Path graphFile(Path folder, String mode) {
    return folder.resolve(mode + ".graph");
  }

  static Path codesFile(Path folder) {
    return folder.resolve("pq.codes");
  }

  @SuppressWarnings("deprecation") // the one constructor that says whether there is a hierarchy
  @Override
  public Map<String, BuildCost> build(PreparedData data, Path folder, int threads) {
    PhysicalCores.use(threads);
    VectorSimilarityFunction similarity = similarity(data.meta().metric());
    int dimension = data.meta().dimension();
    List<VectorFloat<?>> vectors = new ArrayList<>();
    for (float[] vector : data.base()) {
      vectors.add(
          VectorizationProvider.getInstance().getVectorTypeSupport().createFloatVector(vector));
    }
    RandomAccessVectorValues values = new ListRandomAccessVectorValues(vectors, dimension);
    BuildScoreProvider scores = BuildScoreProvider.randomAccessScoreProvider(values, similarity);
    try (GraphIndexBuilder builder =
        new GraphIndexBuilder(scores, dimension, DEGREE_MAX, BEAM_WIDTH, OVERFLOW, ALPHA, true)) {
      ImmutableGraphIndex[] graph = new ImmutableGraphIndex[1];
      PQVectors[] codes = new PQVectors[1];
      BuildCost shared =
          CostMeter.of(
              folder,
              () -> {
                ProductQuantization pq =
                    ProductQuantization.compute(values, subspaces(dimension), CLUSTERS, false);
                codes[0] = pq.encodeAll(values, PhysicalCoreExecutor.pool());
                graph[0] = builder.build(values);
              });
      GraphFiles files = new GraphFiles(graph[0], values, codes[0], folder);
      Map<String, BuildCost> costs = new LinkedHashMap<>();
      costs.put(FUSED, shared.plus(files.writeFused()));
      costs.put(FUSED_NVQ, shared.plus(files.writeFusedNvq()));
      costs.put(PQ, shared.plus(files.writeInline()));
      return costs;
    } catch (IOException e) {
      throw new BenchException("building JVector's graph failed: " + e, e);
    }
  }

  @Override
  public Searcher open(PreparedData.Meta data, Path folder, String mode) {
    try {
      return new JVectorSearcher(
          graphFile(folder, mode),
          mode.equals(PQ) ? codesFile(folder) : null,
          similarity(data.metric()));
    } catch (IOException e) {
      throw new BenchException("cannot open " + folder + ": " + e, e);
    }
  }

  /** JVector takes half of the processors for real cores unless it is told otherwise. */
  private static final class PhysicalCores {
    static void use(int threads) {
      System.setProperty("jvector.physical_core_count", Integer.toString(threads));
    }
  }

  /** Writes one graph in its forms. */
  private record GraphFiles(
      ImmutableGraphIndex graph, RandomAccessVectorValues vectors, PQVectors codes, Path folder) {

    BuildCost writeFused() {
      Map<FeatureId, IntFunction<Feature.State>> states = fusedStates();
      states.put(FeatureId.INLINE_VECTORS, row -> new InlineVectors.State(vectors.getVector(row)));
      return write(
          FUSED,
          List.of(
              new InlineVectors(vectors.dimension()),
              new FusedPQ(graph.maxDegree(), codes.getCompressor())),
          states);
    }

    BuildCost writeFusedNvq() {
      // As many parts as JVector's own benchmarks take.
      NVQuantization nvq = NVQuantization.compute(vectors, vectors.dimension() < 4 ? 1 : 2);
      Map<FeatureId, IntFunction<Feature.State>> states = fusedStates();
      states.put(FeatureId.NVQ_VECTORS, row -> new NVQ.State(nvq.encode(vectors.getVector(row))));
      return write(
          FUSED_NVQ,
          List.of(new NVQ(nvq), new FusedPQ(graph.maxDegree(), codes.getCompressor())),
          states);
    }

    BuildCost writeInline() {
      Map<FeatureId, IntFunction<Feature.State>> states = new EnumMap<>(FeatureId.class);
      states.put(FeatureId.INLINE_VECTORS, row -> new InlineVectors.State(vectors.getVector(row)));
      BuildCost written = write(PQ, List.of(new InlineVectors(vectors.dimension())), states);
      Path file = codesFile(folder);
      return written.plus(
          CostMeter.of(
              file,
              () -> {
                try (SimpleWriter out = new SimpleWriter(file)) {
                  codes.write(out);
                }
              }));
    }

    private Map<FeatureId, IntFunction<Feature.State>> fusedStates() {
      ImmutableGraphIndex.View view = graph.getView();
      Map<FeatureId, IntFunction<Feature.State>> states = new EnumMap<>(FeatureId.class);
      states.put(FeatureId.FUSED_PQ, row -> new FusedPQ.State(view, codes, row));
      return states;
    }

    private BuildCost write(
        String mode, List<Feature> features, Map<FeatureId, IntFunction<Feature.State>> states) {
      Path file = graphFile(folder, mode);
      return CostMeter.of(
          file,
          () -> {
            var writerBuilder = new OnDiskGraphIndexWriter.Builder(graph, file);
            features.forEach(writerBuilder::with);
            try (OnDiskGraphIndexWriter writer = writerBuilder.build()) {
              writer.write(states);
            }
          });
    }
  }
}
