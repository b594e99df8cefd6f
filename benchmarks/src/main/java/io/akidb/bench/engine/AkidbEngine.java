package io.akidb.bench.engine;

import io.akidb.bench.BenchException;
import io.akidb.bench.data.PreparedData;
import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.IndexBuilder;
import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.NodeFilter;
import io.akidb.diskann.Quantization;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.VectorIndex;
import io.akidb.diskann.VectorStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/** AkiDB's own index, by its defaults: nothing is tuned to a data set. */
final class AkidbEngine implements Engine {
  private static final String MODE = "default";
  private static final String FILE = "index.shard";

  /** The row of each node, as i32. */
  private static final String ROWS = "index.rows";

  private final Quantization quantization;

  private final VectorStorage storage;

  /**
   * An engine of its own for each combination.
   *
   * @param quantization codes that are walked by; by default those of the neighbours
   * @param storage of the full vectors
   */
  AkidbEngine(Quantization quantization, VectorStorage storage) {
    this.quantization = quantization;
    this.storage = storage;
  }

  @Override
  public String name() {
    String codes =
        quantization == Quantization.BINARY_NEIGHBOURS ? "" : "-" + lowerCase(quantization);
    return "akidb" + codes + (storage == VectorStorage.AUTO ? "" : "-" + lowerCase(storage));
  }

  private static String lowerCase(Enum<?> word) {
    return word.name().toLowerCase(Locale.ROOT);
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
        + ", codes "
        + quantization
        + ", vectors "
        + storage
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
    BuildParameters parameters =
        BuildParameters.defaults()
            .withThreads(threads)
            .withQuantization(quantization)
            .withStorage(storage);
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
    writeRows(provider, file, folder);
    return Map.of(MODE, cost);
  }

  /** Beside the index, so that opening it reads none of its pages for the benchmark's own sake. */
  private static void writeRows(IndexProvider provider, Path file, Path folder) {
    try (VectorIndex index = provider.open(file)) {
      ByteBuffer rows = ByteBuffer.allocate(4 * index.size());
      for (int node = 0; node < index.size(); node++) {
        rows.putInt(Integer.parseInt(index.vectorId(node)));
      }
      Files.write(folder.resolve(ROWS), rows.array());
    } catch (IOException e) {
      throw new BenchException("cannot write to " + folder + ": " + e, e);
    }
  }

  @Override
  public Searcher open(PreparedData.Meta data, Path folder, String mode) {
    try {
      int[] rowOfNode = new int[data.rows()];
      ByteBuffer.wrap(Files.readAllBytes(folder.resolve(ROWS))).asIntBuffer().get(rowOfNode);
      return new Opened(IndexProvider.of("diskann").open(folder.resolve(FILE)), rowOfNode);
    } catch (IOException e) {
      throw new BenchException("cannot read " + folder + ": " + e, e);
    }
  }

  private static final class Opened implements Searcher {
    private final VectorIndex index;

    /** The row of each node: an engine's own order is its own affair. */
    private final int[] rowOfNode;

    private @Nullable NodeFilter filter;
    private SearchParameters parameters = SearchParameters.defaults(1);

    Opened(VectorIndex index, int[] rowOfNode) {
      this.index = index;
      this.rowOfNode = rowOfNode;
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
