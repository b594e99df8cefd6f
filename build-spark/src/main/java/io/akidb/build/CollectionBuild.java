package io.akidb.build;

import io.akidb.catalog.BuildSupersededException;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.GenerationNotFoundException;
import io.akidb.catalog.IndexDescriptor;
import io.akidb.catalog.IndexParameters;
import io.akidb.catalog.IndexRef;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.ShardRef;
import io.akidb.catalog.VectorCollection;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStoreException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.jspecify.annotations.Nullable;

/**
 * One build of one collection under a lease, from reading a generation to the commit. A build goes
 * on where an earlier attempt of the same id ended: the plan is written once, and finished shards
 * are used again. For one thread.
 */
final class CollectionBuild {
  /**
   * What a build works with.
   *
   * @param spark which runs it
   * @param store the bucket, as the driver reaches it
   * @param access the bucket, as executors reach it
   * @param clock for the time of the commit
   * @param tombstoneRetention how long after the newest write a delete is remembered
   * @param merging when the previous index's shards are merged; null builds all anew
   */
  record Tools(
      SparkRun spark,
      ObjectStore store,
      StoreAccess access,
      Clock clock,
      Duration tombstoneRetention,
      @Nullable MergeRule merging) {}

  /**
   * What came of it.
   *
   * @param anewBecause why an incremental build was none; empty otherwise
   */
  record Result(
      Manifest published, BuildPlan plan, int shardsReused, long bytes, String anewBecause) {}

  private static final System.Logger LOG = System.getLogger(CollectionBuild.class.getName());

  private static final int SHARDS_PER_CORE_ENOUGH = 4;

  private final Tools tools;
  private final CollectionAddress address;
  private final VectorCollection collection;
  private final IndexParameters request;
  private final UUID buildId;
  private final JobProgress progress;
  private final BuildFiles files;
  private final Manifest head;
  private @Nullable RowPipeline pipeline;
  private String anewBecause = "";

  CollectionBuild(
      Tools tools,
      CollectionAddress address,
      VectorCollection collection,
      UUID buildId,
      IndexParameters request,
      JobProgress progress) {
    this.tools = tools;
    this.address = address;
    this.collection = collection;
    this.request = request;
    this.buildId = buildId;
    this.progress = progress;
    this.files = new BuildFiles(tools.store(), address, buildId);
    this.head = collection.head();
  }

  /** The head's index, if an earlier attempt of this build came as far as publishing it. */
  boolean isPublished() {
    IndexRef index = head.index();
    return index != null && index.buildId().equals(buildId);
  }

  /** Deletes every object of this build, unless it is published after all. */
  void erase() {
    IndexRef index = collection.head().index();
    if (index == null || !index.buildId().equals(buildId)) {
      files.deleteAll();
    }
  }

  /**
   * Builds and publishes.
   *
   * @throws BuildSupersededException if a newer build was faster
   * @throws BuildException if it cannot be done
   */
  Result run() {
    progress.begin(Phase.PREPARE, 0, () -> 0);
    // What the index does not take is said before anything is read.
    IndexTerms.parameters(
        request, head.schema(), 1, new MemoryBudget(request.buildMemoryGb(), 1).perShard(1));
    Manifest manifest = manifestToRead();
    BuildInput input = BuildInput.of(collection, manifest);
    BuildFiles.StoredPlan stored = files.plan().orElseGet(() -> makePlan(manifest, input));
    BuildPlan plan = stored.plan();
    BuildInput moved = plan.basis() == null ? input : input.idsOnly();
    List<ShardReceipt> receipts =
        new ArrayList<>(new FinishedShards(tools, address, buildId).of(stored));
    int reused = receipts.size();
    receipts.addAll(buildShards(stored, receipts, manifest, moved));
    writeTombstones(plan, manifest.schema(), moved);
    return publish(manifest, stored, receipts, reused);
  }

  private MemoryBudget memory() {
    return new MemoryBudget(request.buildMemoryGb(), tools.spark().slotsPerExecutor());
  }

  /** The generation that an earlier attempt read, or the newest. */
  private Manifest manifestToRead() {
    BuildFiles.StoredPlan earlier = files.plan().orElse(null);
    if (earlier == null) {
      return head;
    }
    IndexRef current = head.index();
    if (current != null && current.readGeneration() >= earlier.plan().readGeneration()) {
      throw new BuildSupersededException(earlier.plan().readGeneration(), current.readGeneration());
    }
    try {
      return collection.at(earlier.plan().readGeneration());
    } catch (GenerationNotFoundException e) {
      // What the attempt read is no longer kept; begin anew with what there is.
      files.deleteAll();
      return head;
    }
  }

  private RowPipeline pipeline(
      CollectionSchema schema, BuildInput input, LongAccumulator rowsRead) {
    if (pipeline == null) {
      pipeline =
          new RowPipeline(
              tools.spark().context(), input, tools.access(), address, schema, rowsRead);
    }
    return pipeline;
  }

  private BuildFiles.StoredPlan makePlan(Manifest manifest, BuildInput input) {
    long retainAfter = manifest.maxOrder() - tools.tombstoneRetention().toNanos() / 1000;
    Planning planning = new Planning(manifest.schema(), request, memory());
    if (input.pieces().isEmpty()) {
      input.compare(Tally.NOTHING).require("reading generation " + manifest.generation());
      return files.writePlan(
          planning.withoutShards(manifest.generation(), retainAfter, Tally.NOTHING), null, null);
    }
    if (tools.merging() != null) {
      Optional<BuildFiles.StoredPlan> increment =
          makeIncrement(manifest, input, retainAfter, tools.merging());
      if (increment.isPresent()) {
        return increment.get();
      }
      LOG.log(System.Logger.Level.INFO, "{0} is built anew: {1}", address, anewBecause);
      pipeline = null;
    }
    LongAccumulator rowsRead = tools.spark().count("rows read");
    progress.begin(Phase.READ, input.rows(), () -> tools.spark().valueOf(rowsRead));
    RowPipeline rows = pipeline(manifest.schema(), input, rowsRead);
    RowPipeline.Overview overview =
        rows.overview(planning.sampleMax(input.rows()), request.seed(), retainAfter);
    input.compare(overview.tally()).require("reading generation " + manifest.generation());
    if (overview.tally().live() == 0) {
      return files.writePlan(
          planning.withoutShards(manifest.generation(), retainAfter, overview.tally()), null, null);
    }
    progress.begin(Phase.TRAIN, 0, () -> 0);
    Planning.Trained trained =
        planning.train(
            manifest.generation(), retainAfter, overview, passes(rows, overview.tally()));
    return files.writePlan(trained.plan(), trained.router(), trained.codebook());
  }

  /** The plan of a build that keeps the previous one's partitions, or empty if it cannot. */
  private Optional<BuildFiles.StoredPlan> makeIncrement(
      Manifest manifest, BuildInput input, long retainAfter, MergeRule rule) {
    Consumer<String> anew = reason -> anewBecause = reason;
    Basis basis =
        Basis.find(tools.store(), address, collection, manifest, request, anew).orElse(null);
    if (basis == null) {
      return Optional.empty();
    }
    if (input.segmentRows() > input.indexIds()) {
      anew.accept("more rows were written than the index has");
      return Optional.empty();
    }
    BuildInput light = input.idsOnly();
    LongAccumulator rowsRead = tools.spark().count("rows read");
    progress.begin(Phase.READ, light.rows(), () -> tools.spark().valueOf(rowsRead));
    Planning planning = new Planning(manifest.schema(), request, memory());
    ChangeCounts counts =
        pipeline(manifest.schema(), light, rowsRead)
            .changes(planning.placement(basis.router(), basis.plan()), retainAfter);
    light.compare(counts.tally()).require("reading generation " + manifest.generation());
    if (counts.tally().live() == 0) {
      anew.accept("nothing lives any more");
      return Optional.empty();
    }
    long rowsMax = memory().shardRowsMax(counts.tally().live(), manifest.schema(), request);
    return new IncrementalPlanning(basis, rule, rowsMax)
        .plan(manifest.generation(), retainAfter, counts, anew)
        .map(plan -> files.writePlan(plan, basis.router(), basis.codebook()));
  }

  private PartitionPlanner.Passes passes(RowPipeline rows, Tally tally) {
    return new PartitionPlanner.Passes() {
      @Override
      public PlacementCounts count(Placement placement) {
        LongAccumulator placed = tools.spark().count("rows placed");
        progress.begin(
            Phase.PARTITION,
            tally.live() + tally.tombstones(),
            () -> tools.spark().valueOf(placed));
        return rows.count(placement, placed);
      }

      @Override
      public Map<Integer, List<VectorSample.Entry>> sampleOf(
          Set<Integer> shards, Placement placement, int sampleMax) {
        return rows.sampleOf(shards, placement, sampleMax, request.seed());
      }
    };
  }

  private List<ShardReceipt> buildShards(
      BuildFiles.StoredPlan stored,
      List<ShardReceipt> finished,
      Manifest manifest,
      BuildInput input) {
    BuildPlan plan = stored.plan();
    CollectionSchema schema = manifest.schema();
    List<Integer> unfinished = new ArrayList<>(plan.shardNumbers());
    unfinished.removeAll(finished.stream().map(ShardReceipt::partition).toList());
    if (unfinished.isEmpty()) {
      return List.of();
    }
    LongAccumulator steps = tools.spark().count("rows built");
    long rows = unfinished.stream().mapToLong(shard -> plan.shards().get(shard).rows()).sum();
    progress.begin(Phase.BUILD, rows, () -> tools.spark().valueOf(steps) / ShardTask.STEPS_PER_ROW);
    JavaSparkContext spark = tools.spark().context();
    RowPipeline pipelined = pipeline(schema, input, spark.sc().longAccumulator());
    Planning planning = new Planning(schema, request, memory());
    Placement placement = planning.placement(files.router(plan), plan);
    Broadcast<byte[]> codebook =
        planning.usesCodebook() ? spark.broadcast(files.codebook(plan)) : null;
    try {
      ShardTask task =
          new ShardTask(
              tools.access(),
              address,
              buildId,
              schema,
              request,
              threads(unfinished.size()),
              memory().perShard(unfinished.size()),
              plan,
              stored.crc32c(),
              codebook,
              steps);
      return plan.basis() == null
          ? pipelined.build(placement, unfinished, task)
          : pipelined.update(
              placement,
              unfinished,
              new ShardUpdateTask(
                  task, plan.basis(), Basis.shards(collection.index(manifest).orElseThrow())));
    } finally {
      if (codebook != null) {
        codebook.destroy();
      }
    }
  }

  /**
   * Threads of one shard's build. Where there are few shards to a core, the last ones would leave
   * cores idle, so each may use all of its executor's; where there are many, one is enough.
   */
  private int threads(int shards) {
    int parallelism = tools.spark().context().defaultParallelism();
    return shards >= SHARDS_PER_CORE_ENOUGH * parallelism ? 1 : tools.spark().slotsPerExecutor();
  }

  private void writeTombstones(BuildPlan plan, CollectionSchema schema, BuildInput input) {
    long planned = plan.tally().retainedTombstones();
    if (planned == 0) {
      return;
    }
    long written =
        pipeline(schema, input, tools.spark().context().sc().longAccumulator())
            .writeTombstones(
                plan.retainTombstonesAfter(), new TombstoneTask(tools.access(), address, buildId));
    new Reconciliation()
        .expect("tombstones carried on", planned, written)
        .require("writing tombstones");
  }

  private Result publish(
      Manifest manifest, BuildFiles.StoredPlan stored, List<ShardReceipt> receipts, int reused) {
    BuildPlan plan = stored.plan();
    progress.begin(Phase.PUBLISH, 0, () -> 0);
    Map<Integer, ShardReceipt> byShard = new HashMap<>();
    receipts.forEach(receipt -> byShard.put(receipt.partition(), receipt));
    List<ShardRef> shards = new ArrayList<>();
    long own = 0;
    long copies = 0;
    long bytes = 0;
    for (int shard : plan.shardNumbers()) {
      ShardReceipt receipt = byShard.get(shard);
      if (receipt == null || !files.isUnchanged(receipt)) {
        throw new BuildFailedException(
            "shard " + shard + " is not in the bucket as it was uploaded; request a new build",
            null);
      }
      shards.add(new ShardRef(shard, receipt.rows(), receipt.bytes(), receipt.crc32c()));
      own += receipt.primaryRows();
      copies += receipt.replicaRows();
      bytes += receipt.bytes();
    }
    new Reconciliation()
        .expect("live rows in shards", plan.tally().live(), own)
        .expect("border copies in shards", plan.rows() - plan.tally().live(), copies)
        .expect("shards", plan.shardNumbers().size(), receipts.size())
        .require("building the shards");
    if (!plan.shardNumbers().isEmpty()) {
      files.requireTrained(plan);
    }
    IndexRef ref =
        new IndexRef(
            buildId,
            manifest.schema().indexType(),
            manifest.generation(),
            manifest.nextSequence() - 1,
            shards.size(),
            plan.tally().live(),
            plan.tally().retainedTombstones(),
            bytes,
            manifest.maxOrder(),
            tools.clock().instant());
    Manifest published =
        collection.publishIndex(new IndexDescriptor(buildId, shards, parameters(stored)), ref);
    deleteReceipts(plan);
    return new Result(published, plan, reused, bytes, anewBecause);
  }

  /** From the commit on nothing may fail any more. */
  private void deleteReceipts(BuildPlan plan) {
    try {
      files.deleteReceipts(plan.shards().size());
    } catch (ObjectStoreException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "receipts of build " + buildId + " are left to garbage collection",
          e);
    }
  }

  private Map<String, String> parameters(BuildFiles.StoredPlan stored) {
    BuildPlan plan = stored.plan();
    Map<String, String> parameters = new TreeMap<>(ParameterText.of(request));
    parameters.put("partitions", String.valueOf(plan.shards().size()));
    parameters.put("border_copies", String.valueOf(plan.rows() - plan.tally().live()));
    parameters.put("shards_built", String.valueOf(plan.shards(ShardPlan.Way.BUILT)));
    parameters.put("shards_merged", String.valueOf(plan.shards(ShardPlan.Way.MERGED)));
    parameters.put("shards_carried", String.valueOf(plan.shards(ShardPlan.Way.CARRIED)));
    parameters.put(Basis.PLAN_CHECKSUM, Basis.checksumOf(stored));
    return parameters;
  }
}
