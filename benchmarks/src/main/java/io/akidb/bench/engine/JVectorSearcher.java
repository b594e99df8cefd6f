package io.akidb.bench.engine;

import io.github.jbellis.jvector.disk.RandomAccessReader;
import io.github.jbellis.jvector.disk.ReaderSupplier;
import io.github.jbellis.jvector.disk.ReaderSupplierFactory;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.ImmutableGraphIndex.ScoringView;
import io.github.jbellis.jvector.graph.SearchResult;
import io.github.jbellis.jvector.graph.disk.OnDiskGraphIndex;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.graph.similarity.ScoreFunction;
import io.github.jbellis.jvector.quantization.PQVectors;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A graph of JVector's on disk, asked in two passes: on codes, then on the vectors in its nodes.
 */
final class JVectorSearcher implements Searcher {
  private static final VectorTypeSupport TYPES =
      VectorizationProvider.getInstance().getVectorTypeSupport();

  private final VectorSimilarityFunction similarity;
  private final ReaderSupplier file;
  private final OnDiskGraphIndex graph;
  private final GraphSearcher searcher;
  private final ScoringView view;

  /** Codes in memory; null where the nodes carry them. */
  private final @Nullable PQVectors codes;

  private Bits accepted = Bits.ALL;

  JVectorSearcher(Path graphFile, @Nullable Path codesFile, VectorSimilarityFunction similarity)
      throws IOException {
    this.similarity = similarity;
    this.codes = codesFile == null ? null : load(codesFile);
    this.file = ReaderSupplierFactory.open(graphFile);
    this.graph = OnDiskGraphIndex.load(file);
    this.searcher = new GraphSearcher(graph);
    this.view = (ScoringView) searcher.getView();
  }

  private static PQVectors load(Path codesFile) throws IOException {
    try (ReaderSupplier supplier = ReaderSupplierFactory.open(codesFile);
        RandomAccessReader reader = supplier.get()) {
      return PQVectors.load(reader);
    }
  }

  @Override
  public void filter(@Nullable BitSet rows) {
    accepted = rows == null ? Bits.ALL : rows::get;
  }

  @Override
  public int search(float[] query, int k, int parameter, int[] into) {
    VectorFloat<?> vector = TYPES.createFloatVector(query);
    ScoreFunction.ApproximateScoreFunction estimate =
        codes == null
            ? view.approximateScoreFunctionFor(vector, similarity)
            : codes.precomputedScoreFunctionFor(vector, similarity);
    DefaultSearchScoreProvider scores =
        new DefaultSearchScoreProvider(estimate, view.rerankerFor(vector, similarity));
    SearchResult result = searcher.search(scores, k, parameter, 0, 0, accepted);
    SearchResult.NodeScore[] nodes = result.getNodes();
    for (int i = 0; i < nodes.length; i++) {
      into[i] = nodes[i].node;
    }
    return nodes.length;
  }

  @Override
  public void close() {
    try {
      searcher.close();
      graph.close();
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
