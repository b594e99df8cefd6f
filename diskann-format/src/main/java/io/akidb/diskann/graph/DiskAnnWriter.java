package io.akidb.diskann.graph;

import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.BuildReport;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.PqCodebook;
import io.akidb.diskann.format.v1.AttributeColumns;
import io.akidb.diskann.format.v1.NodeLayout;
import io.akidb.diskann.format.v1.SectionOutput;
import io.akidb.diskann.format.v1.ShardContents;
import io.akidb.diskann.format.v1.ShardParameters;
import io.akidb.diskann.format.v1.ShardSections;
import io.akidb.diskann.format.v1.ShardWriter;
import io.akidb.diskann.format.v1.Spill;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Builds graph and codes over a spill and writes the shard. */
final class DiskAnnWriter {
  private static final int ENCODE_STEP = 4096;

  private final IndexSchema schema;
  private final BuildParameters parameters;
  private final @Nullable PqCodebook trained;
  private final BuildProgress progress;
  private final Path workDirectory;

  DiskAnnWriter(
      IndexSchema schema,
      BuildParameters parameters,
      @Nullable PqCodebook trained,
      BuildProgress progress,
      Path workDirectory) {
    this.workDirectory = workDirectory;
    this.schema = schema;
    this.parameters = parameters;
    this.trained = trained;
    this.progress = progress;
  }

  BuildReport write(Path output, Spill spill, AttributeColumns columns) {
    int n = spill.size();
    PqCodebook codebook = trained != null ? trained : train(spill);
    try (VamanaGraph graph =
        new VamanaGraph(n, VamanaBuilder.capacity(parameters), workDirectory)) {
      int[] positions = new int[n];
      int[] nodes = new int[n];
      int entry = -1;
      if (n > 0) {
        int medoid = buildGraph(spill, graph);
        orderByWalk(graph, medoid, positions, nodes);
        entry = nodes[medoid];
      }
      NodeLayout layout = NodeLayout.of(schema.dimension(), parameters.maxDegree());
      ShardParameters shard = new ShardParameters(schema, n, layout, entry, parameters);
      try (ShardWriter writer =
          new ShardWriter(
              output,
              ShardSections.KIND_DISKANN,
              ShardSections.FEATURE_PAGED_NODES,
              ShardSections.FEATURE_PQ_CODES)) {
        ShardContents.write(
            writer,
            shard,
            spill,
            columns,
            positions,
            (node, into) -> renumbered(graph, positions[node], nodes, into));
        writer.section(ShardSections.CODEBOOK, 64, out -> out.putBytes(codebook.toBytes()));
        writer.section(ShardSections.CODES, 64, out -> writeCodes(out, codebook, spill, positions));
        return writer.finish(n, IntStream.range(0, n).mapToLong(graph::degree).average().orElse(0));
      }
    }
  }

  /** Builds the graph and answers its medoid. */
  private int buildGraph(Spill spill, VamanaGraph graph) {
    try (BuildSpaces spaces =
        BuildSpaces.of(spill, schema.metric(), parameters.seed(), workDirectory)) {
      new VamanaBuilder(spaces.space(), spaces.medoid(), graph, parameters, progress).build();
      return spaces.medoid();
    }
  }

  private static int renumbered(VamanaGraph graph, int position, int[] nodes, int[] into) {
    int degree = graph.degree(position);
    for (int i = 0; i < degree; i++) {
      into[i] = nodes[graph.neighbour(position, i)];
    }
    return degree;
  }

  private PqCodebook train(Spill spill) {
    int n = spill.size();
    int dimension = schema.dimension();
    int subspaces =
        parameters.pqSubspaces() > 0
            ? parameters.pqSubspaces()
            : PqCodebook.defaultSubspaces(dimension, schema.metric());
    if (n == 0) {
      return PqCodebook.train(
          new float[1][dimension], schema.metric(), subspaces, parameters.seed());
    }
    progress.update("train", 0, n);
    SplittableRandom random = new SplittableRandom(parameters.seed());
    int count = Math.min(n, PqCodebook.SAMPLE_MAX);
    float[] padded = new float[spill.paddedDimension()];
    float[][] sample = new float[count][];
    for (int i = 0; i < count; i++) {
      // One out of each of equally long runs: seeded, without repetition, in the files' order.
      long from = (long) i * n / count;
      long to = (long) (i + 1) * n / count;
      spill.vector((int) random.nextLong(from, to), padded);
      sample[i] = Arrays.copyOf(padded, dimension);
    }
    return PqCodebook.train(sample, schema.metric(), subspaces, parameters.seed());
  }

  /**
   * Numbers the nodes in the order in which a breadth-first walk from the medoid meets them, so
   * that neighbours lie near each other and the first pages are those that every search reads.
   */
  private static void orderByWalk(VamanaGraph graph, int medoid, int[] positions, int[] nodes) {
    Arrays.fill(nodes, -1);
    int next = 0;
    positions[next] = medoid;
    nodes[medoid] = next++;
    for (int node = 0; node < next; node++) {
      int position = positions[node];
      int degree = graph.degree(position);
      for (int i = 0; i < degree; i++) {
        int neighbour = graph.neighbour(position, i);
        if (nodes[neighbour] < 0) {
          positions[next] = neighbour;
          nodes[neighbour] = next++;
        }
      }
    }
    if (next != positions.length) {
      throw new IllegalStateException(
          "only " + next + " of " + positions.length + " nodes can be reached");
    }
  }

  private void writeCodes(SectionOutput out, PqCodebook codebook, Spill spill, int[] positions) {
    int subspaces = codebook.subspaces();
    for (int from = 0; from < positions.length; from += ENCODE_STEP) {
      int count = Math.min(ENCODE_STEP, positions.length - from);
      byte[] codes = new byte[count * subspaces];
      int start = from;
      IntStream.range(0, count)
          .parallel()
          .forEach(
              i -> {
                float[] vector = new float[spill.paddedDimension()];
                spill.vector(positions[start + i], vector);
                codebook.encode(vector, codes, i * subspaces);
              });
      out.putBytes(codes);
      progress.update("encode", from + count, positions.length);
    }
  }
}
