package io.akidb.build;

import io.akidb.catalog.CollectionSchema;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple2;

/**
 * The rows of a build as Spark moves them: read, shuffled by id so that the newest record of each
 * is found, counted and sampled, shuffled by shard. The driver only ever sees counts, samples and
 * receipts. The shuffle by id is kept on the executors' disks and read by each of the later passes.
 * For one thread.
 */
final class RowPipeline {
  private final JavaSparkContext spark;
  private final JavaPairRDD<String, Candidate> newest;
  private final int tasks;

  /**
   * Plans the reading; nothing is read yet.
   *
   * @param rowsRead counts rows for the progress
   */
  RowPipeline(
      JavaSparkContext spark,
      BuildInput input,
      StoreAccess access,
      CollectionAddress address,
      CollectionSchema schema,
      LongAccumulator rowsRead) {
    this.spark = spark;
    this.tasks = input.shuffleTasks(spark.defaultParallelism());
    List<InputPiece> pieces = input.pieces();
    this.newest =
        pieces.isEmpty()
            ? JavaPairRDD.fromJavaRDD(spark.emptyRDD())
            : spark
                .parallelize(pieces, pieces.size())
                .mapPartitionsToPair(
                    // One piece each: there are as many partitions as pieces.
                    piece -> InputReader.open(piece.next(), access, address, schema, rowsRead))
                .reduceByKey(Candidate::newest, tasks);
  }

  /** What one pass over all rows tells: exact counts, and a sample of the live vectors. */
  record Overview(Tally tally, List<VectorSample.Entry> sample) implements Serializable {
    /** Copies. */
    Overview {
      sample = new ArrayList<>(sample);
    }
  }

  /**
   * Reads everything, finds the newest record of each id, counts, and samples up to {@code
   * sampleMax} live vectors.
   */
  Overview overview(int sampleMax, long seed, long retainTombstonesAfter) {
    // Ids are spread by hash, so each task holds about its share of the sample; twice that is
    // enough almost surely.
    int sampleOfTask = Math.min(sampleMax, 2 * (sampleMax / tasks) + 64);
    List<Overview> parts =
        newest
            .mapPartitions(
                rows ->
                    List.of(overview(rows, sampleOfTask, seed, retainTombstonesAfter)).iterator())
            .collect();
    Tally tally = Tally.NOTHING;
    VectorSample sample = new VectorSample(sampleMax, seed);
    for (Overview part : parts) {
      tally = tally.plus(part.tally());
      part.sample().forEach(sample::offer);
    }
    return new Overview(tally, sample.entries());
  }

  private static Overview overview(
      Iterator<Tuple2<String, Candidate>> rows,
      int sampleMax,
      long seed,
      long retainTombstonesAfter) {
    Tally tally = Tally.NOTHING;
    VectorSample sample = new VectorSample(sampleMax, seed);
    while (rows.hasNext()) {
      Tuple2<String, Candidate> row = rows.next();
      tally = tally.plus(Tally.of(row._2(), retainTombstonesAfter));
      if (!row._2().isTombstone()) {
        sample.offer(row._1(), row._2().vector());
      }
    }
    return new Overview(tally, sample.entries());
  }

  /** Counts where every live row would go. */
  PlacementCounts count(Placement placement, LongAccumulator rowsPlaced) {
    Broadcast<Placement> shared = spark.broadcast(placement);
    try {
      return newest
          .mapPartitions(rows -> List.of(count(rows, shared.value(), rowsPlaced)).iterator())
          .treeReduce(PlacementCounts::plus);
    } finally {
      shared.destroy();
    }
  }

  private static PlacementCounts count(
      Iterator<Tuple2<String, Candidate>> rows, Placement placement, LongAccumulator rowsPlaced) {
    PlacementCounts counts = new PlacementCounts(placement.shards());
    Placement.Finder finder = placement.finder();
    while (rows.hasNext()) {
      Tuple2<String, Candidate> row = rows.next();
      if (!row._2().isTombstone()) {
        finder.find(row._1(), row._2().vector());
        counts.addPrimary(finder.primary());
        if (finder.second() >= 0) {
          counts.addReplica(finder.second(), finder.bucket());
        }
      }
      rowsPlaced.add(1);
    }
    return counts;
  }

  /**
   * Samples live vectors of some shards.
   *
   * @param sampleMax of each shard
   * @return by shard
   */
  Map<Integer, List<VectorSample.Entry>> sampleOf(
      Set<Integer> shards, Placement placement, int sampleMax, long seed) {
    Broadcast<Placement> shared = spark.broadcast(placement);
    Set<Integer> wanted = new HashSet<>(shards);
    int sampleOfTask = Math.min(sampleMax, 2 * (sampleMax / tasks) + 64);
    try {
      Map<Integer, VectorSample> samples = new TreeMap<>();
      newest
          .mapPartitionsToPair(rows -> sampleOf(rows, shared.value(), wanted, sampleOfTask, seed))
          .collect()
          .forEach(
              found ->
                  samples
                      .computeIfAbsent(found._1(), shard -> new VectorSample(sampleMax, seed))
                      .offer(found._2()));
      Map<Integer, List<VectorSample.Entry>> byShard = new TreeMap<>();
      samples.forEach((shard, sample) -> byShard.put(shard, sample.entries()));
      return byShard;
    } finally {
      shared.destroy();
    }
  }

  private static Iterator<Tuple2<Integer, VectorSample.Entry>> sampleOf(
      Iterator<Tuple2<String, Candidate>> rows,
      Placement placement,
      Set<Integer> wanted,
      int sampleMax,
      long seed) {
    Map<Integer, VectorSample> samples = new TreeMap<>();
    Placement.Finder finder = placement.finder();
    while (rows.hasNext()) {
      Tuple2<String, Candidate> row = rows.next();
      if (!row._2().isTombstone()) {
        finder.find(row._1(), row._2().vector());
        if (wanted.contains(finder.primary())) {
          samples
              .computeIfAbsent(finder.primary(), shard -> new VectorSample(sampleMax, seed))
              .offer(row._1(), row._2().vector());
        }
      }
    }
    List<Tuple2<Integer, VectorSample.Entry>> found = new ArrayList<>();
    samples.forEach(
        (shard, sample) ->
            sample.entries().forEach(entry -> found.add(new Tuple2<>(shard, entry))));
    return found.iterator();
  }

  /** What one task makes of one shard's rows or changes. */
  private interface ShardWork extends Serializable {
    ShardReceipt run(int shard, Iterator<Tuple2<ShardSlot, Candidate>> rows) throws Exception;
  }

  /** How rows or changes get their shards. */
  private interface Placing extends Serializable {
    Iterator<Tuple2<ShardSlot, Candidate>> place(
        Iterator<Tuple2<String, Candidate>> rows, Placement placement, ShardSlots slots);
  }

  /** Moves rows to the shards that are not finished yet and builds those, one task each. */
  List<ShardReceipt> build(Placement placement, List<Integer> unfinished, ShardTask task) {
    return toShards(placement, unfinished, PlacedRows::new, task::run);
  }

  /**
   * Moves changes to the shards that are not finished yet and makes those out of the previous
   * index's, one task each. Of the previous index ids are enough.
   */
  List<ShardReceipt> update(Placement placement, List<Integer> unfinished, ShardUpdateTask task) {
    return toShards(placement, unfinished, PlacedChanges::new, task::run);
  }

  private List<ShardReceipt> toShards(
      Placement placement, List<Integer> unfinished, Placing placing, ShardWork work) {
    if (unfinished.isEmpty()) {
      return List.of();
    }
    Broadcast<Placement> shared = spark.broadcast(placement);
    ShardSlots slots = new ShardSlots(unfinished);
    try {
      return newest
          .mapPartitionsToPair(rows -> placing.place(rows, shared.value(), slots))
          .repartitionAndSortWithinPartitions(slots)
          .mapPartitionsWithIndex(
              (index, rows) -> List.of(work.run(slots.shard(index), rows)).iterator(), false)
          .collect();
    } finally {
      shared.destroy();
    }
  }

  /** Reads everything, finds the newest record of each id, and counts what changes where. */
  ChangeCounts changes(Placement placement, long retainTombstonesAfter) {
    Broadcast<Placement> shared = spark.broadcast(placement);
    try {
      return newest
          .mapPartitions(
              rows ->
                  List.of(ChangeCounts.of(rows, shared.value(), retainTombstonesAfter)).iterator())
          .treeReduce(ChangeCounts::plus);
    } finally {
      shared.destroy();
    }
  }

  /** Writes the tombstones that live on, ordered by id, in one task. Answers how many. */
  long writeTombstones(long retainTombstonesAfter, TombstoneTask task) {
    return newest
        .filter(row -> row._2().isTombstone() && row._2().order() > retainTombstonesAfter)
        .repartitionAndSortWithinPartitions(new HashPartitioner(1))
        .mapPartitions(rows -> List.of(task.run(rows)).iterator())
        .collect()
        .getFirst();
  }
}
