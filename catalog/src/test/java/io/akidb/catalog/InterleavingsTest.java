package io.akidb.catalog;

import static io.akidb.catalog.Fixture.KEYS;
import static io.akidb.catalog.Fixture.PRODUCTS;
import static io.akidb.catalog.Fixture.SCHEMA;
import static io.akidb.catalog.Fixture.TENANT;
import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Writers with and without epochs, zombies, publishers, readers, garbage collection and a clock
 * that leaps, in random interleavings with crashes, lost answers, late writes, naps and outages.
 * Whatever happens, the history is one that a sequential run explains, what was acknowledged is in
 * it once, what failed is not, and what is kept can be read.
 */
class InterleavingsTest {
  private static final int SEEDS = Integer.getInteger("akidb.interleavings", 150);
  private static final int CHECKPOINTS = 5;
  private static final Retention RETENTION = new Retention(4, Retention.GRACE_MIN);

  @TempDir Path folder;

  private final Map<String, Integer> happened = new TreeMap<>();

  /** One run's world. */
  private final class World {
    final long seed;
    final TestClock clock = new TestClock();
    final HistoryRecorder recorder = new HistoryRecorder(new InMemoryStore(clock));
    final Interleaver interleaver;
    final ObjectStore bucket;
    final SplittableRandom random;
    final Set<String> acknowledged = new HashSet<>();
    final Set<String> failed = new HashSet<>();

    World(long seed) {
      this.seed = seed;
      this.random = new SplittableRandom(seed);
      this.interleaver = new Interleaver(seed);
      this.bucket = interleaver.around(recorder.store);
      new Catalog(recorder.store, Fixture.surroundings(clock, seed))
          .create(TENANT, PRODUCTS, SCHEMA);
    }

    Surroundings surroundings() {
      return new Surroundings(clock, random::nextLong, pause -> interleaver.step());
    }

    void count(Exception e) {
      happened.merge(e.getClass().getSimpleName(), 1, Integer::sum);
    }

    VectorCollection open() {
      return new Catalog(bucket, surroundings()).open(TENANT, PRODUCTS);
    }

    StagedSegment stage(VectorCollection collection, String id) {
      try (SegmentWriter writer =
          collection.newSegment(folder.resolve(Thread.currentThread().getName()))) {
        writer.add(Fixture.row(id, 1));
        return writer.finish();
      }
    }

    /** One incarnation of a stream: what is after its last checkpoint comes again. */
    void stream(String name) {
      while (true) {
        try {
          VectorCollection collection = open();
          WriterEpoch epoch = collection.acquireWriter(name);
          for (long k = epoch.lastCheckpoint() + 1; k < CHECKPOINTS; k++) {
            List<StagedSegment> staged = new ArrayList<>();
            for (int i = 0; i <= k % 3; i++) {
              staged.add(stage(collection, name + "/" + k + "/" + i));
            }
            Manifest committed = collection.append(staged, epoch, k);
            assertThat(committed.writers().get(name).lastCheckpoint()).isGreaterThanOrEqualTo(k);
            if (random.nextInt(4) == 0) {
              collection.append(staged, epoch, k); // a replay
            }
          }
          return;
        } catch (WriterFencedException e) {
          count(e);
          return; // another incarnation took over
        } catch (ObjectStoreException
            | CommitOutcomeUnknownException
            | CommitContentionException
            | SegmentMissingException e) {
          count(e);
          interleaver.step(); // from the last checkpoint again
        }
      }
    }

    /** Appends without an epoch, each once, or again with the same segment when nobody can tell. */
    void rest(String name, int count) {
      for (int i = 0; i < count; i++) {
        String id = name + "/" + random.nextLong();
        try {
          VectorCollection collection = open();
          StagedSegment staged = stage(collection, id);
          Manifest committed = append(collection, staged);
          assertThat(recorder.history.get((int) committed.generation() - 1).manifest().commitId())
              .isEqualTo(committed.commitId());
          acknowledged.add(id);
        } catch (CommitOutcomeUnknownException e) {
          count(e);
          interleaver.step(); // there or not
        } catch (ObjectStoreException | CommitContentionException | SegmentMissingException e) {
          count(e);
          failed.add(id);
        }
      }
    }

    private Manifest append(VectorCollection collection, StagedSegment staged) {
      CommitOutcomeUnknownException unknown;
      try {
        return collection.append(List.of(staged), null, -1);
      } catch (CommitOutcomeUnknownException e) {
        unknown = e;
      }
      for (int attempt = random.nextInt(5); attempt > 0; attempt--) {
        happened.merge("append again after an unknown outcome", 1, Integer::sum);
        for (int wait = random.nextInt(40); wait > 0; wait--) {
          interleaver.step();
        }
        try {
          return collection.append(List.of(staged), null, -1);
        } catch (CommitOutcomeUnknownException
            | ObjectStoreException
            | CommitContentionException
            | SegmentMissingException again) {
          count(again); // and whether the first one happened is as open as before
        }
      }
      throw unknown;
    }

    void publisher(int rounds) {
      for (int round = 0; round < rounds; round++) {
        try {
          VectorCollection collection = open();
          UUID id = collection.builds().request(IndexParameters.defaults()).buildId();
          Optional<BuildRequest> lease =
              collection.builds().lease(id, "builder", Duration.ofMinutes(30));
          if (lease.isEmpty()) {
            continue;
          }
          Manifest read = collection.head();
          long least = read.absorbedThrough();
          long through = least + random.nextLong(read.nextSequence() - least);
          collection.segments(read);
          Fixture uploads = new Fixture(folder, bucket, seed);
          collection.builds().progress(lease.get(), 0.5, "uploading");
          uploads.build(id, read, through, 2, 0).publish(collection);
          collection.builds().complete(lease.get());
        } catch (ObjectStoreException
            | CommitOutcomeUnknownException
            | CommitContentionException
            | BuildSupersededException
            | IncompleteBuildException
            | LeaseLostException
            | BuildNotFoundException e) {
          count(e);
          interleaver.step();
        } catch (CorruptManifestException e) {
          interleaver.step(); // slower than the grace: the pages it read are gone
        }
      }
    }

    void collector(int rounds) {
      for (int round = 0; round < rounds; round++) {
        try {
          new GarbageCollector(new Bucket(bucket, surroundings()), RETENTION, 7)
              .collect(TENANT, PRODUCTS);
        } catch (ObjectStoreException
            | CommitOutcomeUnknownException
            | CommitContentionException e) {
          interleaver.step();
        } catch (CorruptManifestException e) {
          interleaver.step(); // slower than another collector and the grace
        }
      }
    }

    void reader(int rounds) {
      long seen = 0;
      for (int round = 0; round < rounds; round++) {
        Instant start = clock.instant();
        try {
          VectorCollection collection = open();
          Manifest head = collection.head();
          assertThat(head.generation()).isGreaterThanOrEqualTo(seen);
          seen = head.generation();
          assertThat(Fixture.ids(collection, head)).hasSize((int) head.freshRows());
          collection.index(head);
          assertThat(collection.at(seen).commitId()).isEqualTo(head.commitId());
        } catch (ObjectStoreException e) {
          interleaver.step();
        } catch (GenerationNotFoundException
            | SegmentMissingException
            | CorruptManifestException e) {
          assertThat(Duration.between(start, clock.instant()))
              .as("read within the grace, and missing: %s", e)
              .isGreaterThanOrEqualTo(RETENTION.grace());
        }
      }
    }

    void time(int leaps) {
      for (int leap = 0; leap < leaps; leap++) {
        for (int wait = random.nextInt(40); wait > 0; wait--) {
          interleaver.step();
        }
        clock.advance(Duration.ofMinutes(random.nextInt(5, 50)));
      }
    }

    void run() throws Exception {
      interleaver.add("stream-0", () -> stream("s0"));
      interleaver.add("stream-0-again", () -> stream("s0"));
      interleaver.add("stream-1", () -> stream("s1"));
      interleaver.add("rest-0", () -> rest("r0", 8));
      interleaver.add("rest-1", () -> rest("r1", 8));
      interleaver.add("publisher-0", () -> publisher(3));
      interleaver.add("publisher-1", () -> publisher(2));
      interleaver.add("collector-0", () -> collector(8));
      interleaver.add("collector-1", () -> collector(6));
      interleaver.add("reader", () -> reader(8));
      interleaver.add("time", () -> time(40));
      interleaver.run();
    }

    void check() {
      List<String> committed = new ArrayList<>();
      recorder.replay().values().forEach(committed::addAll);
      assertThat(committed).doesNotHaveDuplicates();
      assertThat(committed).containsAll(acknowledged);
      assertThat(failed).doesNotContainAnyElementsOf(committed);
      checkStreams(committed);
      checkKept();
    }

    /** Each record of each checkpoint is there. */
    private void checkStreams(List<String> committed) {
      for (String name : List.of("s0", "s1")) {
        for (int k = 0; k < CHECKPOINTS; k++) {
          for (int i = 0; i <= k % 3; i++) {
            assertThat(committed).contains(name + "/" + k + "/" + i);
          }
        }
      }
      Head head = recorder.history.get(recorder.history.size() - 1).manifest().head();
      assertThat(head.writers().values())
          .hasSize(2)
          .extracting(WriterEpoch::lastCheckpoint)
          .containsOnly(CHECKPOINTS - 1L);
    }

    private void checkKept() {
      Surroundings calm = Fixture.surroundings(clock, seed + 1);
      VectorCollection collection = new Catalog(recorder.store, calm).open(TENANT, PRODUCTS);
      GarbageCollector collector =
          new GarbageCollector(new Bucket(recorder.store, calm), RETENTION, 1_000);
      long oldest = collector.collect(TENANT, PRODUCTS).oldestGeneration();
      checkReadable(collection, oldest);
      clock.advance(Duration.ofHours(9));
      oldest = collector.collect(TENANT, PRODUCTS).oldestGeneration();
      checkReadable(collection, oldest);
      Manifest head = collection.head();
      assertThat(oldest).isGreaterThanOrEqualTo(head.generation() - RETENTION.keepGenerations());
      // Nothing is left but what some kept generation lists.
      Set<String> kept = new HashSet<>();
      for (long generation = oldest; generation <= head.generation(); generation++) {
        Manifest manifest = collection.at(generation);
        LiveObjects live = LiveObjects.none();
        live.add(
            manifest.head(),
            generation,
            null,
            new Pages(new Bucket(recorder.store, calm), KEYS, PRODUCTS));
        live.segments().forEach(id -> kept.add(KEYS.segmentKey(PRODUCTS, id)));
      }
      List<String> left =
          recorder.store.list(KEYS.segmentsPrefix(PRODUCTS), null, 1_000).objects().stream()
              .map(object -> object.key())
              .toList();
      assertThat(kept).containsAll(left);
    }

    private void checkReadable(VectorCollection collection, long oldest) {
      long newest = collection.head().generation();
      for (long generation = oldest; generation <= newest; generation++) {
        Manifest manifest = collection.at(generation);
        assertThat(manifest.commitId())
            .isEqualTo(recorder.history.get((int) generation - 1).manifest().commitId());
        assertThat(Fixture.ids(collection, manifest)).hasSize((int) manifest.freshRows());
        assertThat(collection.index(manifest).isPresent()).isEqualTo(manifest.index() != null);
        for (ShardRef shard :
            collection.index(manifest).map(IndexDescriptor::shards).orElse(List.of())) {
          assertThat(
                  recorder.store.head(
                      KEYS.shardKey(PRODUCTS, manifest.index().buildId(), shard.partition())))
              .isPresent();
        }
      }
    }
  }

  @Test
  void interleavings_random_areExplainedByASequentialRun() throws Exception {
    int generations = 0;
    int crashes = 0;
    int lostAnswers = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      World world = new World(seed);
      try {
        world.run();
        world.check();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
      generations += world.recorder.history.size();
      crashes += world.interleaver.crashes;
      lostAnswers += world.interleaver.lostAnswers;
    }
    System.out.println(
        SEEDS
            + " interleavings, "
            + generations
            + " generations, "
            + crashes
            + " crashes, "
            + lostAnswers
            + " lost answers, "
            + happened);
    assertThat(crashes).isGreaterThan(SEEDS);
    assertThat(lostAnswers).isGreaterThan(SEEDS);
    // Or the runs were too tame to tell.
    assertThat(happened)
        .containsKeys(
            "BuildSupersededException",
            "CommitOutcomeUnknownException",
            "IncompleteBuildException",
            "OutcomeUnknownException",
            "SegmentMissingException",
            "StoreUnavailableException",
            "WriterFencedException",
            "append again after an unknown outcome");
  }
}
