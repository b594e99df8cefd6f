package io.akidb.bench.engine;

import io.akidb.bench.data.PreparedData;
import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.IndexBuilder;
import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.NodeFilter;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.VectorIndex;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/** AkiDB's own index, by its defaults: nothing is tuned to a data set. */
final class AkidbEngine implements Engine {
  private static final String MODE = "default";
  private static final String FILE = "index.shard";

  @Override
  public String name() {
    return "akidb";
  }

  @Override
  public String description() {
    BuildParameters parameters = BuildParameters.defaults();
    return "AkiDB, default parameters (R="
        + parameters.maxDegree()
        + ", L="
        + parameters.buildListSize()
        + ", alpha="
        + parameters.alpha()
        + ")";
  }

  @Override
  public List<String> modes() {
    return List.of(MODE);
  }

  @Override
  public Map<String, BuildCost> build(PreparedData data, Path folder, int threads) {
    float[][] base = data.base();
    Path file = folder.resolve(FILE);
    IndexProvider provider = IndexProvider.of("diskann");
    BuildParameters parameters = BuildParameters.defaults().withThreads(threads);
    IndexSchema schema =
        new IndexSchema(data.meta().dimension(), data.meta().metric(), new TreeMap<>());
    BuildCost cost =
        CostMeter.of(
            file,
            () -> {
              try (IndexBuilder builder = provider.builder(schema, parameters, null, folder)) {
                for (int row = 0; row < base.length; row++) {
                  builder.add(
                      new IndexRecord(
                          Integer.toString(row), row, base[row], new byte[0], Map.of()));
                }
                builder.build(file, BuildProgress.NONE);
              }
            });
    return Map.of(MODE, cost);
  }

  @Override
  public Searcher open(PreparedData.Meta data, Path folder, String mode) {
    VectorIndex index = IndexProvider.of("diskann").open(folder.resolve(FILE));
    return new Opened(index);
  }

  private static final class Opened implements Searcher {
    private final VectorIndex index;

    /** The row of each node: an engine's own order is its own affair. */
    private final int[] rowOfNode;

    private @Nullable NodeFilter filter;
    private SearchParameters parameters = SearchParameters.defaults(1);

    Opened(VectorIndex index) {
      this.index = index;
      this.rowOfNode = new int[index.size()];
      for (int node = 0; node < rowOfNode.length; node++) {
        rowOfNode[node] = Integer.parseInt(index.vectorId(node));
      }
    }

    @Override
    public void filter(@Nullable BitSet rows) {
      if (rows == null) {
        filter = null;
        return;
      }
      RoaringBitmap nodes = new RoaringBitmap();
      for (int node = 0; node < rowOfNode.length; node++) {
        if (rows.get(rowOfNode[node])) {
          nodes.add(node);
        }
      }
      nodes.runOptimize();
      filter = NodeFilter.of(nodes);
    }

    @Override
    public int search(float[] query, int k, int parameter, int[] into) {
      if (parameters.k() != k || parameters.searchListSize() != parameter) {
        parameters = SearchParameters.defaults(k).withSearchListSize(parameter);
      }
      SearchResult result = index.search(query, parameters, filter);
      for (int i = 0; i < result.size(); i++) {
        into[i] = rowOfNode[result.nodeId(i)];
      }
      return result.size();
    }

    @Override
    public void close() {
      index.close();
    }
  }
}
