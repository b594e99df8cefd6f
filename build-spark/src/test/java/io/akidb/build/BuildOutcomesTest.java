package io.akidb.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.build.BuildSummary.Outcome;
import io.akidb.catalog.BuildRequest;
import io.akidb.catalog.BuildRequests;
import io.akidb.catalog.Catalog;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexDescriptor;
import io.akidb.catalog.IndexParameters;
import io.akidb.catalog.IndexRef;
import io.akidb.catalog.IndexType;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.Metric;
import io.akidb.catalog.VectorRecord;
import io.akidb.objectstore.StoreUnavailableException;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of builds that are beaten, killed, robbed or lied to. */
class BuildOutcomesTest {
  private static final CollectionAddress ADDRESS =
      new CollectionAddress(Bucket.TENANT, Bucket.COLLECTION);

  @TempDir Path folder;
  private Bucket bucket;
  private Vectors vectors;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @BeforeEach
  void fill() {
    bucket = Bucket.local(folder, CollectionSchema.of(8, Metric.L2));
    vectors = new Vectors(5, 8, 4);
    bucket.append(vectors.rows(0, 400, 100));
  }

  @AfterEach
  void close() {
    bucket.close();
  }

  /** Runs a requested build, acting before each write of the driver. */
  private BuildSummary run(UUID build, Consumer<String> beforeWrite) {
    return bucket.run(
        build, new HookedStore(bucket.store, beforeWrite), Clock.systemUTC(), said, false);
  }

  private BuildRequest request(IndexParameters parameters) {
    return bucket.collection.builds().request(parameters);
  }

  private static IndexParameters parameters(int rowsMax) {
    return new IndexParameters(16, 32, 1.2, 0, 0.5, rowsMax, 0.2, 42);
  }

  private BuildRequest state(UUID build) {
    return bucket.collection.builds().get(build).orElseThrow();
  }

  /** Publishes an index of nothing that claims to have read all there is. */
  private void publishAnother(long rows) {
    Manifest head = bucket.collection.head();
    UUID build = UUID.randomUUID();
    bucket.collection.publishIndex(
        new IndexDescriptor(build, List.of(), Map.of()),
        new IndexRef(
            build,
            IndexType.DISKANN,
            head.generation(),
            head.nextSequence() - 1,
            0,
            rows,
            0,
            0,
            head.maxOrder(),
            Instant.now()));
  }

  @Test
  void run_newerIndexMeanwhile_leavesNoTrace() {
    UUID build = request(parameters(150)).buildId();
    List<String> before = new ArrayList<>();

    BuildSummary summary =
        run(
            build,
            key -> {
              if (key.endsWith("/plan.json")) {
                publishAnother(0);
                before.addAll(bucket.objectsOf(build));
              }
            });

    assertThat(summary.outcome()).isEqualTo(Outcome.SUPERSEDED);
    assertThat(summary.isGood()).isTrue();
    assertThat(before).as("it had written something").isNotEmpty();
    assertThat(bucket.objectsOf(build)).isEmpty();
    assertThat(state(build).state()).isEqualTo(BuildRequest.State.FAILED);
    assertThat(state(build).error()).startsWith("superseded by a newer build");
    assertThat(bucket.collection.head().index().buildId()).isNotEqualTo(build);
  }

  @Test
  void run_countsThatLie_failsWithTheNumbers() {
    publishAnother(7);
    UUID build = request(parameters(1000)).buildId();

    BuildSummary summary = run(build, key -> {});

    assertThat(summary.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(summary.message())
        .contains("do not reconcile")
        .contains("ids in the previous index: expected 7, found 0  <-- differs");
    assertThat(state(build).error()).isEqualTo(summary.message());
    assertThat(bucket.objectsOf(build)).isEmpty();
  }

  @Test
  void run_storeFailsOnce_failsAndCleansUp() {
    UUID build = request(parameters(1000)).buildId();

    BuildSummary summary =
        run(
            build,
            key -> {
              if (key.endsWith("/router.bin")) {
                throw new StoreUnavailableException("the store is away", null);
              }
            });

    assertThat(summary.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(summary.message()).contains("the store is away");
    assertThat(state(build).state()).isEqualTo(BuildRequest.State.FAILED);
    assertThat(state(build).error())
        .as("whoever sees the collection is not told of the platform's parts")
        .doesNotContain("the store is away")
        .contains(build.toString());
    assertThat(bucket.objectsOf(build)).isEmpty();
    assertThat(bucket.collection.head().index()).isNull();
  }

  @Test
  void run_leaseStolen_leavesTheBuildToTheThief() {
    UUID build = request(parameters(1000)).buildId();

    BuildSummary summary =
        run(
            build,
            key -> {
              if (key.endsWith("/plan.json")) {
                steal(build);
                throw new StoreUnavailableException("and then this", null);
              }
            });

    assertThat(summary.outcome()).isEqualTo(Outcome.TAKEN);
    assertThat(state(build).state()).isEqualTo(BuildRequest.State.BUILDING);
    assertThat(state(build).owner()).isEqualTo("thief");
    assertThat(bucket.objectsOf(build)).as("they are the thief's now").isNotEmpty();
  }

  /** Takes the lease as somebody does whose clock says that it ran out. */
  private void steal(UUID build) {
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofHours(1));
    assertThat(
            new Catalog(bucket.store, later)
                .open(ADDRESS.context(), ADDRESS.name())
                .builds()
                .lease(build, "thief", Duration.ofHours(1)))
        .isPresent();
  }

  @Test
  void heartbeat_leaseStolen_isNoticed() throws InterruptedException {
    BuildRequests requests = bucket.collection.builds();
    UUID build = request(parameters(1000)).buildId();
    BuildLease lease =
        new BuildLease(
            requests, requests.lease(build, "test", Duration.ofSeconds(2)).orElseThrow());
    CountDownLatch lost = new CountDownLatch(1);
    CountDownLatch beats = new CountDownLatch(2);
    JobProgress progress = new JobProgress(Clock.systemUTC());
    progress.begin(Phase.BUILD, 100, () -> 50);
    try (Heartbeat heartbeat = new Heartbeat()) {
      heartbeat.start(progress, lease, Duration.ofMillis(400), beats::countDown, lost::countDown);

      assertThat(beats.await(30, TimeUnit.SECONDS)).isTrue();
      await(() -> state(build).phase().equals("build"));
      assertThat(state(build).progress()).isEqualTo(Phase.BUILD.overall(0.5));
      steal(build);

      assertThat(lost.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(lease.isLost()).isTrue();
    }
  }

  @Test
  void build_killedBetweenShards_goesOnWithWhatIsFinished() throws Exception {
    bucket.append(vectors.rows(400, 3000, 100));
    UUID build = request(parameters(250)).buildId();
    Path said = folder.resolve("child.out");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of("jvm.options").toAbsolutePath(),
                "-Dspark.master=local[1]",
                "-cp",
                System.getProperty("java.class.path"),
                BuildJob.class.getName(),
                "--bucket",
                bucket.config.bucket(),
                "--tenant",
                Bucket.TENANT,
                "--collection",
                Bucket.COLLECTION,
                "--build-id",
                build.toString(),
                "--lease-seconds",
                "2")
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      await(() -> !child.isAlive() || !receipts(build).isEmpty());
    } finally {
      child.destroyForcibly().waitFor();
    }
    List<String> finished = receipts(build);
    assertThat(finished).as(Files.readString(said)).isNotEmpty();
    assertThat(bucket.collection.head().index()).isNull();
    Map<String, Instant> before = new TreeMap<>();
    for (String receipt : finished) {
      String shard = receipt.replace(".receipt.json", ".shard");
      before.put(shard, bucket.store.head(shard).orElseThrow().modifiedAt());
    }
    // New rows come meanwhile; the restarted build keeps to what it began with.
    bucket.append(vectors.rows(3000, 3100, 100));

    Bucket.Run run = bucket.build("--build-id", build.toString(), "--lease-seconds", "2");

    assertThat(run.exitCode()).as(run.errors()).isZero();
    assertThat(run.last().get("shards_reused").asInt()).isGreaterThanOrEqualTo(finished.size());
    assertThat(run.last().get("rows").asInt()).isEqualTo(3000);
    assertThat(bucket.collection.head().freshRows()).isEqualTo(100);
    before.forEach(
        (shard, written) ->
            assertThat(bucket.store.head(shard).orElseThrow().modifiedAt()).isEqualTo(written));
    assertThat(receipts(build)).isEmpty();
    assertThat(state(build).state()).isEqualTo(BuildRequest.State.READY);
  }

  private List<String> receipts(UUID build) {
    return bucket.objectsOf(build).stream().filter(key -> key.endsWith(".receipt.json")).toList();
  }

  @Test
  void build_finishedShardDamagedBeforeRestart_isBuiltAgain() {
    UUID build = request(parameters(150)).buildId();
    stopBeforePublishing(build);
    List<String> receipts = receipts(build);
    assertThat(receipts).hasSizeGreaterThanOrEqualTo(3);
    damage(receipts.getFirst().replace(".receipt.json", ".shard"));

    BuildSummary second = runStolen(build);

    assertThat(second.outcome()).as(second.message()).isEqualTo(Outcome.PUBLISHED);
    assertThat(second.shardsReused()).isEqualTo(receipts.size() - 1);
  }

  @Test
  void build_incrementStoppedBeforePublishing_goesOnWithItsPlan() {
    IndexParameters asked = parameters(150);
    assertThat(run(request(asked).buildId(), key -> {}).outcome()).isEqualTo(Outcome.PUBLISHED);
    bucket.append(List.of(VectorRecord.tombstone("id-7", 200)));
    bucket.merging = new MergeRule(0.3, 50);
    UUID build = request(asked).buildId();
    stopBeforePublishing(build);
    String lost = receipts(build).getFirst();
    bucket.store.delete(lost);
    // What was written meanwhile is the next build's, and who goes on need not be asked to merge.
    bucket.append(List.of(VectorRecord.tombstone("id-8", 200)));
    bucket.merging = null;

    BuildSummary second = runStolen(build);

    assertThat(second.outcome()).as(second.message()).isEqualTo(Outcome.PUBLISHED);
    assertThat(second.shardsReused()).isEqualTo(second.plan().shardNumbers().size() - 1);
    assertThat(second.plan().basis()).isNotNull();
    assertThat(second.plan().shards(ShardPlan.Way.MERGED)).isPositive();
    assertThat(bucket.collection.head().index().rows()).isEqualTo(399);
    assertThat(bucket.collection.head().freshRows()).isEqualTo(1);
  }

  /** A first attempt comes as far as publishing, and its lease is stolen. */
  private void stopBeforePublishing(UUID build) {
    BuildSummary first =
        run(
            build,
            key -> {
              if (key.endsWith("/index.avro")) {
                steal(build);
                throw new StoreUnavailableException("crash", null);
              }
            });
    assertThat(first.outcome()).isEqualTo(Outcome.TAKEN);
  }

  /** Goes on with a build whose thief is long dead. */
  private BuildSummary runStolen(UUID build) {
    return bucket.run(
        build, bucket.store, Clock.offset(Clock.systemUTC(), Duration.ofHours(5)), said, true);
  }

  @Test
  void run_publishedButNotSaid_isCompleted() {
    UUID build = request(parameters(1000)).buildId();
    BuildSummary first =
        run(
            build,
            key -> {
              // The last write of the request, which would say that it is ready.
              if (key.endsWith("builds/" + build + ".json")
                  && bucket.collection.head().index() != null) {
                throw new StoreUnavailableException("crash", null);
              }
            });
    assertThat(first.outcome()).isEqualTo(Outcome.PUBLISHED);
    assertThat(state(build).state()).isEqualTo(BuildRequest.State.BUILDING);

    BuildSummary second = runStolen(build);

    assertThat(second.outcome()).isEqualTo(Outcome.PUBLISHED);
    assertThat(second.message()).contains("already");
    assertThat(state(build).state()).isEqualTo(BuildRequest.State.READY);
  }

  @Test
  void build_damagedShardOfTheIndex_saysSo() {
    assertThat(bucket.build().exitCode()).isZero();
    UUID index = bucket.collection.head().index().buildId();
    String shard = ADDRESS.namespace().shardKey(ADDRESS.name(), index, 0);
    damage(shard);

    Bucket.Run run = bucket.build();

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.last().get("outcome").asText()).isEqualTo("failed");
    assertThat(run.last().get("message").asText())
        .isEqualTo(
            "shard 0 of the current index is not what the catalog says of it; the collection needs repair");
  }

  private void damage(String shard) {
    byte[] bytes = bucket.store.get(shard, 1 << 24).bytes();
    bytes[bytes.length / 2] ^= 1;
    bucket.store.put(shard, bytes);
  }

  private static void await(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }
}
