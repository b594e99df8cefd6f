package io.akidb.diskann.graph;

import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.BuildReport;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.PqCodebook;
import io.akidb.diskann.Quantization;
import io.akidb.diskann.RecallCalibration;
import io.akidb.diskann.format.v1.AttributeColumns;
import io.akidb.diskann.format.v1.CalibrationSection;
import io.akidb.diskann.format.v1.NodeLayout;
import io.akidb.diskann.format.v1.SectionOutput;
import io.akidb.diskann.format.v1.ShardContents;
import io.akidb.diskann.format.v1.ShardParameters;
import io.akidb.diskann.format.v1.ShardSections;
import io.akidb.diskann.format.v1.ShardWriter;
import io.akidb.diskann.format.v1.Spill;
import io.akidb.diskann.format.v1.VectorForm;
import io.akidb.diskann.quantization.ProductQuantizer;
import io.akidb.diskann.quantization.Quantizer;
import io.akidb.diskann.quantization.Quantizers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Builds graph and codes over a spill and writes the shard. */
final class DiskAnnWriter {
  private static final int ENCODE_STEP = 4096;

  /** The part of the memory that vectors on their way into another order may take. */
  private static final int ARRANGING_SHARE = 16;

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

  /** Makes a graph over at least one vector. */
  interface GraphMaker {
    /**
     * Fills the graph.
     *
     * @param entryCount of entries, at most the number of nodes
     */
    MadeGraph make(BuildSpaces spaces, VamanaGraph graph, int entryCount);
  }

  /** Writes a shard whose graph is built. */
  BuildReport write(Path output, Spill spill, AttributeColumns columns) {
    return write(output, spill, columns, this::build, null);
  }

  /** Builds all at once, or partitions if there is not the memory. */
  private MadeGraph build(BuildSpaces spaces, VamanaGraph graph, int entryCount) {
    int membersMax = PartitionedBuild.membersMax(spaces.space(), parameters);
    if (membersMax < graph.nodes()) {
      return new PartitionedBuild(spaces, graph, parameters, progress, workDirectory)
          .build(membersMax, entryCount);
    }
    new VamanaBuilder(spaces.space(), spaces.medoid(), graph, parameters, progress).build();
    return MadeGraph.ofPositions(spaces.space(), spaces.medoid(), entryCount, parameters.seed());
  }

  /**
   * Writes a shard.
   *
   * @param base the layout of the shard that its graph is carried over from
   */
  BuildReport write(
      Path output,
      Spill spill,
      AttributeColumns columns,
      GraphMaker maker,
      @Nullable NodeLayout base) {
    int n = spill.size();
    VectorForm form = spill.form(parameters.storage());
    try (VamanaGraph graph =
        new VamanaGraph(n, VamanaBuilder.capacity(parameters), workDirectory)) {
      Graph built = n > 0 ? makeGraph(spill, form, graph, maker, base) : Graph.empty(layout(form));
      return isFused()
          ? writeFused(output, spill, columns, built)
          : writeResident(output, spill, columns, built);
    }
  }

  private boolean isFused() {
    return trained == null && parameters.quantization() == Quantization.BINARY_NEIGHBOURS;
  }

  /** Of records that share nothing. */
  private NodeLayout layout(VectorForm form) {
    return isFused()
        ? NodeLayout.fused(form, schema.dimension(), parameters.maxDegree())
        : NodeLayout.of(form, schema.dimension(), parameters.maxDegree());
  }

  /**
   * A graph, renumbered.
   *
   * @param positions in the spill of each node
   * @param entries where walks begin; from the first one all can be reached
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  private record Graph(
      int[] positions,
      ShardContents.Neighbours neighbours,
      int[] entries,
      NodeLayout layout,
      double averageDegree) {

    static Graph empty(NodeLayout layout) {
      return new Graph(new int[0], (node, into) -> 0, new int[0], layout, 0);
    }

    int entry() {
      return entries.length == 0 ? -1 : entries[0];
    }
  }

  private BuildReport writeFused(Path output, Spill spill, AttributeColumns columns, Graph graph) {
    int n = spill.size();
    ShardParameters shard =
        new ShardParameters(schema, n, graph.layout(), graph.entry(), parameters);
    try (FusedCodes codes =
            new FusedCodes(
                spill,
                schema,
                parameters,
                graph.layout(),
                graph.positions(),
                graph.neighbours(),
                workDirectory);
        ShardWriter writer =
            new ShardWriter(
                output,
                ShardSections.KIND_FUSED,
                FusedEntries.features(graph.entries().length, graph.layout()))) {
      progress.update("encode", 0, n);
      ShardContents.write(
          writer, shard, spill, columns, graph.positions(), graph.neighbours(), codes);
      int[] entries = graph.entries();
      writer.section(
          ShardSections.ENTRIES,
          64,
          out ->
              FusedEntries.write(
                  out, codes.rotation(), codes.centre(), entries, codes.entries(entries)));
      progress.update("encode", n, n);
      calibrate(writer, n);
      return writer.finish(n, graph.averageDegree());
    }
  }

  private BuildReport writeResident(
      Path output, Spill spill, AttributeColumns columns, Graph graph) {
    Quantizer quantizer = trained != null ? ProductQuantizer.of(trained) : train(spill);
    int n = spill.size();
    ShardParameters shard =
        new ShardParameters(schema, n, graph.layout(), graph.entry(), parameters);
    try (ShardWriter writer =
        new ShardWriter(
            output,
            ShardSections.KIND_DISKANN,
            graph
                .layout()
                .form()
                .features(
                    ShardSections.FEATURE_PAGED_NODES,
                    quantizer.quantization() == Quantization.PQ
                        ? ShardSections.FEATURE_PQ_CODES
                        : ShardSections.FEATURE_QUANTIZER))) {
      ShardContents.write(
          writer, shard, spill, columns, graph.positions(), graph.neighbours(), null);
      writer.section(ShardSections.CODEBOOK, 64, out -> out.putBytes(quantizer.toBytes()));
      writer.section(
          ShardSections.CODES, 64, out -> writeCodes(out, quantizer, spill, graph.positions()));
      // Needs no feature: who does not know that it is there begins at the entry node.
      writer.section(
          ShardSections.ENTRIES,
          64,
          out ->
              EntryCodes.of(spill, schema, parameters.seed(), graph.positions(), graph.entries())
                  .write(out));
      calibrate(writer, n);
      return writer.finish(n, graph.averageDegree());
    }
  }

  /** Makes a graph of at least one node, and numbers it. */
  private Graph makeGraph(
      Spill spill,
      VectorForm form,
      VamanaGraph graph,
      GraphMaker maker,
      @Nullable NodeLayout base) {
    int n = graph.nodes();
    MadeGraph made = make(spill, graph, maker);
    if (made.order().length > 0) {
      spill.arrange(
          made.nodes(), made.windows(), parameters.buildMemoryBytesMax() / ARRANGING_SHARE);
    }
    int[] old = new int[n];
    int[] nodes = new int[n];
    requireReachable(graph, made, old, nodes);
    NodeLayout layout =
        isFused()
            ? PagePacking.layoutFor(graph, form, schema.dimension(), parameters.maxDegree(), base)
            : layout(form);
    if (!number(spill, layout, graph, made, old, nodes)) {
      layout = layout(form);
      number(spill, layout, graph, made, old, nodes);
    }
    for (int node = 0; node < n; node++) {
      nodes[old[node]] = node;
    }
    progress.update("order", n, n);
    return new Graph(
        made.positions(old),
        (node, into) -> renumbered(graph, old[node], nodes, into),
        Arrays.stream(made.entries()).map(entry -> nodes[entry]).toArray(),
        layout,
        IntStream.range(0, n).mapToLong(graph::degree).average().orElse(0));
  }

  private MadeGraph make(Spill spill, VamanaGraph graph, GraphMaker maker) {
    try (BuildSpaces spaces =
        BuildSpaces.of(spill, schema.metric(), parameters.seed(), workDirectory)) {
      return maker.make(spaces, graph, FusedEntries.countFor(graph.nodes(), schema.dimension()));
    }
  }

  private void calibrate(ShardWriter writer, int size) {
    if (size < RecallCalibrator.SIZE_MIN) {
      return;
    }
    RecallCalibration calibration =
        writer.readBack(path -> new RecallCalibrator(parameters.seed(), progress).calibrate(path));
    writer.section(
        ShardSections.CALIBRATION, 64, out -> CalibrationSection.write(out, calibration));
  }

  private static int renumbered(VamanaGraph graph, int old, int[] nodes, int[] into) {
    int degree = graph.degree(old);
    for (int i = 0; i < degree; i++) {
      into[i] = nodes[graph.neighbour(old, i)];
    }
    return degree;
  }

  private Quantizer train(Spill spill) {
    int n = spill.size();
    int dimension = schema.dimension();
    if (n > 0) {
      progress.update("train", 0, n);
    }
    SplittableRandom random = new SplittableRandom(parameters.seed());
    // Training keeps up to three copies of its sample.
    long affordable = parameters.buildMemoryBytesMax() / 8 / (4L * dimension);
    int count = Math.clamp(affordable, Math.min(n, 256), Math.min(n, Quantizer.SAMPLE_MAX));
    float[] padded = new float[spill.paddedDimension()];
    float[][] sample = new float[Math.max(1, count)][];
    // Of no vectors at all any quantizer will do.
    sample[0] = new float[dimension];
    sample[0][0] = 1;
    for (int i = 0; i < count; i++) {
      // One out of each of equally long runs: seeded, without repetition, in the files' order.
      long from = (long) i * n / count;
      long to = (long) (i + 1) * n / count;
      spill.vector((int) random.nextLong(from, to), padded);
      sample[i] = Arrays.copyOf(padded, dimension);
    }
    return Quantizers.train(
        parameters.quantization(),
        sample,
        schema.metric(),
        parameters.pqSubspaces(),
        parameters.seed());
  }

  private static void requireReachable(
      VamanaGraph graph, MadeGraph made, int[] order, int[] reachedFrom) {
    int count = WindowWalk.run(graph, made.windows(), made.entries()[0], order, reachedFrom);
    if (count != graph.nodes()) {
      throw new IllegalStateException(
          "only " + count + " of " + graph.nodes() + " nodes can be reached");
    }
  }

  /**
   * Numbers the nodes of each window so that near ones lie in one page, and in one block of pages;
   * where vectors of a window are more than the memory, as the walk met them, since they are read a
   * dozen times, here and there.
   *
   * <p>Then, where pages are packed, makes the graph fit into them.
   *
   * @param old the node of each number, as the walk met them
   * @param reachedFrom of each node which one it was
   * @return false if the graph does not fit
   */
  private boolean number(
      Spill spill,
      NodeLayout layout,
      VamanaGraph graph,
      MadeGraph made,
      int[] old,
      int[] reachedFrom) {
    progress.update("order", 0, old.length);
    int dimension = schema.dimension();
    int[] order = made.order();
    NearOrder.Vectors vectors =
        (node, into) -> {
          int position = order.length == 0 ? node : order[node];
          spill.vector(position, into);
          if (schema.metric() == DistanceMetric.COSINE) {
            float scale = spill.inverseNorm(position);
            for (int d = 0; d < dimension; d++) {
              into[d] *= scale;
            }
          }
        };
    int[] windows = made.windows();
    long memory = parameters.buildMemoryBytesMax();
    int padded = spill.paddedDimension();
    int largest =
        IntStream.range(1, windows.length).map(w -> windows[w] - windows[w - 1]).max().orElse(0);
    for (int w = 0; w + 1 < windows.length && 4L * padded * largest <= memory; w++) {
      int run = Math.max(1, layout.nodesPerPage());
      NearOrder.arrange(vectors, padded, run, windows[w], windows[w + 1], old, memory);
    }
    // Neighbours of one page are anywhere.
    boolean isInMemory = 4L * padded * old.length <= memory;
    return !layout.isPacked()
        || new PagePacking(graph, layout, old, reachedFrom, isInMemory ? vectors : null).run();
  }

  private void writeCodes(SectionOutput out, Quantizer quantizer, Spill spill, int[] positions) {
    int bytes = quantizer.bytesPerVector();
    for (int from = 0; from < positions.length; from += ENCODE_STEP) {
      int count = Math.min(ENCODE_STEP, positions.length - from);
      byte[] codes = new byte[count * bytes];
      int start = from;
      IntStream.range(0, count)
          .parallel()
          .forEach(
              i -> {
                float[] vector = new float[spill.paddedDimension()];
                spill.vector(positions[start + i], vector);
                quantizer.encode(vector, codes, i * bytes);
              });
      out.putBytes(codes);
      progress.update("encode", from + count, positions.length);
    }
  }
}
