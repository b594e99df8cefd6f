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
      IndexProvider provider = IndexProvider.of(schema.indexType().jsonName());
      BuildParameters parameters =
          IndexTerms.parameters(
              request,
              schema,
              Math.min(threads, Runtime.getRuntime().availableProcessors()),
              memoryBytes);
      Path file = folder.resolve("shard");
      PqCodebook trained = codebook == null ? null : PqCodebook.fromBytes(codebook.value());
      try (IndexBuilder builder =
          provider.builder(IndexTerms.schema(schema), parameters, trained, folder)) {
        take(shard, planned, rows, builder);
        builder.build(file, new Steps(planned.rows()));
      }
      requireHolds(provider, file, shard, planned);
      return new BuildFiles(store, address, buildId).writeShard(file, shard, planned, planCrc32c);
    } finally {
      Scratch.delete(folder);
    }
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

  private static void requireHolds(
      IndexProvider provider, Path file, int shard, ShardPlan planned) {
    try (VectorIndex built = provider.open(file)) {
      new Reconciliation()
          .expect("rows in the file of shard " + shard, planned.rows(), built.size())
          .require("building shard " + shard);
    }
  }

  /**
   * Moves the count of built rows along with the graph, the phase that takes the time. Called by
   * one thread at a time.
   */
  private final class Steps implements io.akidb.diskann.BuildProgress {
    private final long rows;
    private long counted;

    Steps(long rows) {
      this.rows = rows;
    }

    @Override
    public synchronized void update(String phase, long done, long total) {
      if (phase.equals("graph") && total > 0) {
        long reached = Math.min(rows, done * rows / total);
        if (reached > counted) {
          steps.add(reached - counted);
          counted = reached;
        }
      }
    }
  }
}
