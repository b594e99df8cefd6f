package io.akidb.build;

import io.akidb.catalog.Metric;
import io.akidb.diskann.PartitionRouter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Cuts the vector space into partitions of bounded size, with overlap at the borders.
 *
 * <p>Centroids are trained on a sample; then all rows are counted, exactly, and a cell that is too
 * large is cut again with centroids trained on a sample of its own, until none is. A cell that
 * centroids do not divide, because its vectors are equal or nearly so, is dealt out by the hash of
 * the id. Copies at borders go nearest first until the overlap that was asked for, or a shard's
 * room, is used up. For one thread.
 */
final class PartitionPlanner {
  /** Counts rows and samples cells: the passes over the data. */
  interface Passes {
    PlacementCounts count(Placement placement);

    Map<Integer, List<VectorSample.Entry>> sampleOf(
        Set<Integer> shards, Placement placement, int sampleMax);
  }

  /** Trains {@code count} centroids, or fewer where there are fewer distinct points. */
  interface Trainer {
    float[][] train(List<float[]> points, int count);
  }

  /**
   * The result.
   *
   * @param centroids {@code [shards][dimension]}
   * @param placement with copies
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over
  record Partitions(float[][] centroids, Placement placement, List<ShardPlan> shards) {}

  /** Shards start at this part of their bound, so that most fit at once. */
  private static final double FILL = 0.75;

  private static final int ROUNDS_OF_CENTROIDS = 4;
  private static final int ROUNDS_MAX = 10;
  private static final int CELL_SAMPLE_MAX = 4096;
  private static final int SAMPLES_MAX = 1 << 17;

  private final Metric metric;
  private final long rowsMax;
  private final double overlap;
  private final long seed;
  private final Passes passes;
  private final Trainer trainer;

  PartitionPlanner(
      Metric metric, long rowsMax, double overlap, long seed, Passes passes, Trainer trainer) {
    this.metric = metric;
    this.rowsMax = rowsMax;
    this.overlap = overlap;
    this.seed = seed;
    this.passes = passes;
    this.trainer = trainer;
  }

  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  private record Cell(float[] centroid, int slots) {}

  /** Plans for {@code live} rows, at least one, of which {@code sample} is a random part. */
  Partitions plan(long live, List<float[]> sample) {
    if (live <= rowsMax) {
      float[][] centroids = {trainer.train(sample, 1)[0]};
      List<ShardPlan> shards = List.of(new ShardPlan(live, 0, Closeness.BUCKETS));
      return new Partitions(
          centroids, Placement.of(metric, centroids, seed).withCopies(shards), shards);
    }
    int wanted = shardsFor((long) Math.ceil(live * (1 + overlap)));
    List<Cell> cells = new ArrayList<>();
    for (float[] centroid : trainer.train(sample, Math.min(wanted, sample.size()))) {
      cells.add(new Cell(centroid, 1));
    }
    for (int round = 0; round < ROUNDS_MAX; round++) {
      float[][] centroids = centroids(cells);
      Placement placement = Placement.of(metric, centroids, seed);
      PlacementCounts counts = passes.count(placement);
      List<Cell> used = withoutEmpty(cells, counts);
      if (!oversized(counts).isEmpty()) {
        cells = divide(cells, placement, counts, round < ROUNDS_OF_CENTROIDS);
      } else if (used.size() < cells.size()) {
        // Nobody's nearest centroid goes, but second nearest ones do: count once more.
        cells = used;
      } else {
        return withCopies(centroids, placement, counts, live);
      }
    }
    throw new BuildFailedException(
        "the vectors could not be cut into partitions of at most "
            + rowsMax
            + " rows; allow larger ones with"
            + " --partition-rows-max or --build-memory-gb",
        null);
  }

  private static List<Cell> withoutEmpty(List<Cell> cells, PlacementCounts counts) {
    List<Cell> used = new ArrayList<>();
    int shard = 0;
    for (Cell cell : cells) {
      long rows = 0;
      for (int slot = 0; slot < cell.slots(); slot++, shard++) {
        rows += counts.primaries(shard);
      }
      if (rows > 0) {
        used.add(cell);
      }
    }
    return used;
  }

  private int shardsFor(long rows) {
    long shards = Math.max(2, (long) Math.ceil(rows / (FILL * rowsMax)));
    requirePossible(shards);
    return (int) shards;
  }

  private static void requirePossible(long shards) {
    if (shards > PartitionRouter.PARTITIONS_MAX) {
      throw new BuildFailedException(
          "it would take "
              + shards
              + " partitions, at most "
              + PartitionRouter.PARTITIONS_MAX
              + " are possible; allow larger ones with --partition-rows-max or --build-memory-gb",
          null);
    }
  }

  private Set<Integer> oversized(PlacementCounts counts) {
    Set<Integer> shards = new TreeSet<>();
    for (int shard = 0; shard < counts.shards(); shard++) {
      if (counts.primaries(shard) > rowsMax) {
        shards.add(shard);
      }
    }
    return shards;
  }

  private List<Cell> divide(
      List<Cell> cells, Placement placement, PlacementCounts counts, boolean byCentroids) {
    Set<Integer> tooLarge = oversized(counts);
    Map<Integer, List<VectorSample.Entry>> samples =
        byCentroids
            ? passes.sampleOf(
                tooLarge, placement, Math.clamp(SAMPLES_MAX / tooLarge.size(), 64, CELL_SAMPLE_MAX))
            : new TreeMap<>();
    List<Cell> divided = new ArrayList<>();
    int shard = 0;
    for (Cell cell : cells) {
      long rows = 0;
      boolean large = false;
      List<float[]> points = new ArrayList<>();
      for (int slot = 0; slot < cell.slots(); slot++, shard++) {
        rows += counts.primaries(shard);
        large |= tooLarge.contains(shard);
        samples.getOrDefault(shard, List.of()).forEach(entry -> points.add(entry.vector()));
      }
      if (large) {
        divided.addAll(divide(cell, rows, points));
      } else {
        divided.add(cell);
      }
    }
    requirePossible(divided.stream().mapToLong(Cell::slots).sum());
    return divided;
  }

  private List<Cell> divide(Cell cell, long rows, List<float[]> points) {
    int parts = shardsFor(rows);
    if (cell.slots() == 1 && points.size() >= parts) {
      float[][] centroids = trainer.train(points, parts);
      if (centroids.length > 1) {
        List<Cell> children = new ArrayList<>();
        for (float[] centroid : centroids) {
          children.add(new Cell(centroid, 1));
        }
        return List.copyOf(children);
      }
    }
    return List.of(new Cell(cell.centroid(), Math.max(parts, cell.slots() + 1)));
  }

  private static float[][] centroids(List<Cell> cells) {
    List<float[]> centroids = new ArrayList<>();
    for (Cell cell : cells) {
      for (int slot = 0; slot < cell.slots(); slot++) {
        centroids.add(cell.centroid());
      }
    }
    return centroids.toArray(float[][]::new);
  }

  private Partitions withCopies(
      float[][] centroids, Placement placement, PlacementCounts counts, long live) {
    long copiesMax = (long) (live * overlap);
    int everywhere = 0;
    while (everywhere < Closeness.BUCKETS && counts.replicasFrom(everywhere) > copiesMax) {
      everywhere++;
    }
    List<ShardPlan> shards = new ArrayList<>();
    for (int shard = 0; shard < counts.shards(); shard++) {
      long room = rowsMax - counts.primaries(shard);
      int bucket = overlap > 0 ? everywhere : Closeness.BUCKETS;
      while (bucket < Closeness.BUCKETS && counts.replicasFrom(shard, bucket) > room) {
        bucket++;
      }
      shards.add(
          new ShardPlan(counts.primaries(shard), counts.replicasFrom(shard, bucket), bucket));
    }
    return new Partitions(centroids, placement.withCopies(shards), shards);
  }
}
