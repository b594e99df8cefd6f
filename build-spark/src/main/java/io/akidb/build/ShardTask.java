package io.akidb.build;

import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexParameters;
import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.IndexBuilder;
import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.PqCodebook;
import io.akidb.diskann.VectorIndex;
import io.akidb.objectstore.ObjectStore;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.UUID;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Builds one shard on an executor: rows in, a checked file in the bucket and its receipt out.
 *
 * @param access how to reach the bucket
 * @param address whose collection
 * @param buildId of the build
 * @param schema of the collection, which says what kind of index it has
 * @param request what the request asks for
 * @param threads that one shard's build may use
 * @param memoryBytes that one shard's build may use
 * @param plan what each shard shall hold
 * @param planCrc32c of the plan's object
 * @param codebook serialized, or null for an index without one
 * @param steps counts a row when it is taken in and again when it is built
 */
record ShardTask(
    StoreAccess access,
    CollectionAddress address,
    UUID buildId,
    CollectionSchema schema,
    IndexParameters request,
    int threads,
    long memoryBytes,
    BuildPlan plan,
    int planCrc32c,
    @Nullable Broadcast<byte[]> codebook,
    LongAccumulator steps)
    implements Serializable {
  /** Parts that make a row's way through this task: taken in, built. */
  static final int STEPS_PER_ROW = 2;

  private static final int ROWS_PER_COUNT = 256;

  /**
   * Builds the shard out of its rows, which come ordered by id.
   *
   * @throws CountMismatchException if they are not as many as planned
   */
  ShardReceipt run(int shard, Iterator<Tuple2<ShardSlot, Candidate>> rows) throws IOException {
    Path folder = Scratch.folder("shard-" + shard + "-");
    try (ObjectStore store = access.open()) {
      ShardPlan planned = plan.shards().get(shard);
      Path file = folder.resolve("shard");
      try (IndexBuilder builder = builder(folder)) {
        take(shard, planned, rows, builder);
        Steps steps = new Steps("graph", null, planned.rows());
        builder.build(file, steps);
        steps.finish();
      }
      requireHolds(file, shard, planned);
      return new BuildFiles(store, address, buildId).writeShard(file, shard, planned, planCrc32c);
    } finally {
      Scratch.delete(folder);
    }
  }

  IndexProvider provider() {
    return IndexProvider.of(schema.indexType().jsonName());
  }

  BuildParameters parameters() {
    return IndexTerms.parameters(
        request,
        schema,
        Math.min(threads, Runtime.getRuntime().availableProcessors()),
        memoryBytes);
  }

  /** The build's codebook, or null for an index without one. */
  @Nullable PqCodebook trained() {
    return codebook == null ? null : PqCodebook.fromBytes(codebook.value());
  }

  IndexBuilder builder(Path folder) {
    return provider().builder(IndexTerms.schema(schema), parameters(), trained(), folder);
  }

  /** Counts steps that rows went. */
  void count(long taken) {
    steps.add(taken);
  }

  private void take(
      int shard,
      ShardPlan planned,
      Iterator<Tuple2<ShardSlot, Candidate>> rows,
      IndexBuilder builder) {
    long primary = 0;
    long replicas = 0;
    int uncounted = 0;
    while (rows.hasNext()) {
      Tuple2<ShardSlot, Candidate> row = rows.next();
      if (row._1().isReplica()) {
        replicas++;
      } else {
        primary++;
      }
      builder.add(IndexTerms.row(row._1().id(), row._2(), schema));
      if (++uncounted == ROWS_PER_COUNT) {
        steps.add(uncounted);
        uncounted = 0;
      }
    }
    steps.add(uncounted);
    new Reconciliation()
        .expect("own rows of shard " + shard, planned.primaryRows(), primary)
        .expect("border copies in shard " + shard, planned.replicaRows(), replicas)
        .expect("rows that the index took", planned.rows(), builder.size())
        .require("moving rows to shard " + shard);
  }

  /** Checks that a file opens and has as many rows as planned. */
  void requireHolds(Path file, int shard, ShardPlan planned) {
    try (VectorIndex built = provider().open(file)) {
      new Reconciliation()
          .expect("rows in the file of shard " + shard, planned.rows(), built.size())
          .require("building shard " + shard);
    }
  }

  /**
   * Moves the count of rows along with the phases that take the time, a step of each row in each.
   * Called by one thread at a time.
   */
  final class Steps implements io.akidb.diskann.BuildProgress {
    private final String first;
    private final @Nullable String second;
    private final long rows;
    private long counted;

    /**
     * Of one or two phases.
     *
     * @param second null if {@code first} is the only one
     */
    Steps(String first, @Nullable String second, long rows) {
      this.first = first;
      this.second = second;
      this.rows = rows;
    }

    @Override
    public synchronized void update(String phase, long done, long total) {
      if (total <= 0) {
        return;
      }
      long reached = Math.min(rows, done * rows / total);
      if (phase.equals(first)) {
        countTo(reached);
      } else if (phase.equals(second)) {
        countTo(rows + reached);
      }
    }

    /** All phases are done, whether they had anything to do or not. */
    synchronized void finish() {
      countTo(second == null ? rows : 2 * rows);
    }

    private void countTo(long reached) {
      if (reached > counted) {
        steps.add(reached - counted);
        counted = reached;
      }
    }
  }
}
