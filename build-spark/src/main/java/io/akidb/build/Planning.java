package io.akidb.build;

import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexParameters;
import io.akidb.catalog.IndexQuantization;
import io.akidb.catalog.IndexType;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.PartitionRouter;
import io.akidb.diskann.PqCodebook;
import java.nio.FloatBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a build's plan out of one look at all rows: how large shards may be, their centroids, the
 * codebook.
 */
final class Planning {
  private static final int SAMPLE_ROWS_PER_PARTITION = 128;
  private static final int SAMPLE_BYTES_MAX = 96 << 20;

  private final CollectionSchema schema;
  private final IndexParameters request;
  private final MemoryBudget memory;

  Planning(CollectionSchema schema, IndexParameters request, MemoryBudget memory) {
    this.schema = schema;
    this.request = request;
    this.memory = memory;
  }

  /**
   * Most vectors of a sample: as many as the codebook and the centroids profit from, within a
   * bounded part of the driver's memory.
   *
   * @param rowsIn rows that are read, at least as many as are live
   */
  int sampleMax(long rowsIn) {
    long partitions = rowsIn / memory.shardRowsMax(rowsIn, schema, request) + 1;
    long wanted = Math.max(PqCodebook.SAMPLE_MAX, partitions * SAMPLE_ROWS_PER_PARTITION);
    return (int) Math.min(wanted, SAMPLE_BYTES_MAX / (4L * schema.dimension()));
  }

  /** Whether the shards hold PQ codes, and so need a codebook. */
  boolean usesCodebook() {
    return schema.indexType() == IndexType.DISKANN
        && request.quantization() == IndexQuantization.PQ;
  }

  /** The plan of a collection in which nothing is live. */
  BuildPlan withoutShards(long readGeneration, long retainTombstonesAfter, Tally tally) {
    return new BuildPlan(
        BuildPlan.VERSION, readGeneration, retainTombstonesAfter, tally, 0, List.of(), 0, 0, null);
  }

  /**
   * A plan and what belongs to it.
   *
   * @param router serialized
   * @param codebook serialized; null for an index without one
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over
  record Trained(BuildPlan plan, byte[] router, byte @Nullable [] codebook) {}

  /** Plans for at least one live row; {@code passes} count again while partitions are cut. */
  Trained train(
      long readGeneration,
      long retainTombstonesAfter,
      RowPipeline.Overview overview,
      PartitionPlanner.Passes passes) {
    List<float[]> sample = overview.sample().stream().map(VectorSample.Entry::vector).toList();
    byte[] codebook = usesCodebook() ? codebook(sample).toBytes() : null;
    long live = overview.tally().live();
    long rowsMax = memory.shardRowsMax(live, schema, request);
    PartitionPlanner.Partitions partitions =
        new PartitionPlanner(
                schema.metric(),
                rowsMax,
                request.partitionOverlap(),
                request.seed(),
                passes,
                this::centroids)
            .plan(live, sample);
    byte[] router = PartitionRouter.of(partitions.centroids(), metric()).toBytes();
    BuildPlan plan =
        new BuildPlan(
            BuildPlan.VERSION,
            readGeneration,
            retainTombstonesAfter,
            overview.tally(),
            rowsMax,
            partitions.shards(),
            BuildFiles.crc32c(router),
            codebook == null ? 0 : BuildFiles.crc32c(codebook),
            null);
    return new Trained(plan, router, codebook);
  }

  private PqCodebook codebook(List<float[]> sample) {
    int subvectors =
        request.pqSubvectors() > 0
            ? request.pqSubvectors()
            : PqCodebook.defaultSubspaces(schema.dimension(), metric());
    float[][] vectors =
        sample.subList(0, Math.min(sample.size(), PqCodebook.SAMPLE_MAX)).toArray(float[][]::new);
    return PqCodebook.train(vectors, metric(), subvectors, request.seed());
  }

  /** Distinct centroids, at most {@code count}. */
  float[][] centroids(List<float[]> points, int count) {
    PartitionRouter trained =
        PartitionRouter.train(
            points.toArray(float[][]::new),
            metric(),
            Math.min(count, points.size()),
            request.seed());
    Set<FloatBuffer> distinct = new LinkedHashSet<>();
    for (int partition = 0; partition < trained.partitions(); partition++) {
      distinct.add(FloatBuffer.wrap(trained.centroid(partition)));
    }
    return distinct.stream().map(FloatBuffer::array).toArray(float[][]::new);
  }

  private DistanceMetric metric() {
    return IndexTerms.metric(schema.metric());
  }

  /** The placement that a plan and its router make. */
  Placement placement(byte[] router, BuildPlan plan) {
    PartitionRouter parsed = PartitionRouter.fromBytes(router);
    float[][] centroids = new float[parsed.partitions()][];
    for (int partition = 0; partition < centroids.length; partition++) {
      centroids[partition] = parsed.centroid(partition);
    }
    return Placement.of(schema.metric(), centroids, request.seed()).withCopies(plan.shards());
  }
}
