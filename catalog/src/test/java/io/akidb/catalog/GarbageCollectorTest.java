package io.akidb.catalog;

import static io.akidb.catalog.Fixture.KEYS;
import static io.akidb.catalog.Fixture.PRODUCTS;
import static io.akidb.catalog.Fixture.TENANT;
import static io.akidb.catalog.Fixture.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GarbageCollectorTest {
  private static final Duration BEYOND_GRACE = Retention.GRACE_MIN.plusSeconds(1);

  @TempDir Path folder;
  private Fixture fixture;
  private VectorCollection collection;

  @BeforeEach
  void setUp() {
    fixture = new Fixture(folder);
    collection = fixture.create();
  }

  private Manifest append(String id) {
    return collection.append(List.of(fixture.stage(collection, id)), null, -1);
  }

  private GarbageCollector.Report collect(int keepGenerations) {
    return fixture.collector(keepGenerations).collect(TENANT, PRODUCTS);
  }

  private List<String> all() {
    return fixture.keysBelow(KEYS.collectionPrefix(PRODUCTS));
  }

  @Test
  void collect_everythingYoung_deletesNothing() {
    append("a");
    fixture.stage(collection, "staged");
    List<String> before = all();

    GarbageCollector.Report report = collect(1);

    assertThat(all()).isEqualTo(before);
    assertThat(report).isEqualTo(new GarbageCollector.Report(0, 0, 1, true));
  }

  @Test
  void collect_neverCommitted_goesAfterTheGrace() {
    StagedSegment committed = fixture.stage(collection, "a");
    collection.append(List.of(committed), null, -1);
    StagedSegment abandoned = fixture.stage(collection, "b");
    fixture.store.put(KEYS.pageKey(PRODUCTS, UUID.randomUUID()), new byte[5]);
    fixture.store.put(KEYS.segmentsPrefix(PRODUCTS) + "notes.txt", new byte[5]);
    fixture.clock.advance(BEYOND_GRACE);
    fixture.stage(collection, "young");

    GarbageCollector.Report report = collect(100);

    assertThat(report.deletedObjects()).isEqualTo(2);
    assertThat(report.deletedBytes()).isEqualTo(abandoned.bytes() + 5);
    assertThat(fixture.keysBelow(KEYS.segmentsPrefix(PRODUCTS)))
        .hasSize(3)
        .contains(KEYS.segmentKey(PRODUCTS, committed.id()))
        .contains(KEYS.segmentsPrefix(PRODUCTS) + "notes.txt");
    assertThat(fixture.keysBelow(KEYS.pagesPrefix(PRODUCTS))).isEmpty();
  }

  @Test
  void collect_generations_goByCountAndAge() {
    for (int i = 0; i < 10; i++) {
      append("a" + i);
    }
    fixture.clock.advance(BEYOND_GRACE);
    append("b"); // supersedes generation 11 only now
    append("c");

    GarbageCollector.Report report = collect(1);

    assertThat(report.oldestGeneration()).isEqualTo(11);
    assertThat(fixture.keysBelow(KEYS.generationsPrefix(PRODUCTS)))
        .containsExactly(KEYS.generationKey(PRODUCTS, 11), KEYS.generationKey(PRODUCTS, 12));
    assertThat(ids(collection, collection.at(11))).hasSize(10);
    assertThatThrownBy(() -> collection.at(10)).isInstanceOf(GenerationNotFoundException.class);
    fixture.clock.advance(BEYOND_GRACE);
    assertThat(collect(2).oldestGeneration()).isEqualTo(12);
    assertThat(ids(collection, collection.at(12))).hasSize(11);
    assertThat(collect(1).oldestGeneration()).isEqualTo(13);
    assertThat(fixture.keysBelow(KEYS.generationsPrefix(PRODUCTS))).isEmpty();
    assertThat(ids(collection, collection.head())).hasSize(12);
  }

  @Test
  void collect_absorbedByAnIndex_goesOnceNoKeptGenerationListsIt() {
    for (int i = 0; i < 200; i++) {
      append("a" + i);
    }
    Manifest first = fixture.build(collection, collection.head(), 149, 2).publish(collection);
    append("b");
    Manifest second = fixture.build(collection, collection.head(), 199, 2).publish(collection);
    append("c");
    fixture.clock.advance(BEYOND_GRACE);

    collect(1_000); // all generations are kept by count
    assertThat(ids(collection, collection.at(201))).hasSize(200);
    assertThat(ids(collection, collection.at(203))).hasSize(51);
    assertThat(collection.index(collection.at(203))).isPresent();

    collect(4); // 202, 203, 204, 205: the first index and what it left
    assertThat(ids(collection, collection.at(203))).hasSize(51);
    assertThat(fixture.keysBelow(KEYS.segmentsPrefix(PRODUCTS))).hasSize(52 + 22);
    assertThat(collection.index(first)).isPresent();

    collect(2);
    assertThat(fixture.keysBelow(KEYS.segmentsPrefix(PRODUCTS))).hasSize(2);
    assertThat(fixture.keysBelow(KEYS.pagesPrefix(PRODUCTS))).isEmpty();
    assertThat(fixture.keysBelow(KEYS.shardsPrefix(PRODUCTS)))
        .hasSize(3)
        .allMatch(key -> key.contains(second.index().buildId().toString()));
    assertThat(ids(collection, collection.head())).containsExactly("b", "c");
  }

  @Test
  void collect_runningBuild_isSparedWhileItShowsLife() {
    append("a");
    BuildRequests builds = collection.builds();
    UUID leased = builds.request(IndexParameters.defaults()).buildId();
    UUID silent = builds.request(IndexParameters.defaults()).buildId();
    UUID pending = builds.request(IndexParameters.defaults()).buildId();
    BuildRequest lease = builds.lease(leased, "a", Duration.ofMinutes(50)).orElseThrow();
    assertThat(builds.lease(silent, "b", Duration.ofMinutes(50))).isPresent();
    UUID noRequest = UUID.randomUUID();
    for (UUID build : List.of(leased, silent, noRequest)) {
      fixture.store.put(KEYS.shardKey(PRODUCTS, build, 0), new byte[5]);
    }
    fixture.store.put(KEYS.shardsPrefix(PRODUCTS) + "notes/readme", new byte[5]);
    fixture.clock.advance(Duration.ofMinutes(40));
    builds.progress(lease, 0.5, "x");
    fixture.clock.advance(Duration.ofMinutes(40));

    assertThat(collect(100).deletedObjects()).isEqualTo(2);

    assertThat(fixture.keysBelow(KEYS.shardsPrefix(PRODUCTS)))
        .containsExactlyInAnyOrder(
            KEYS.shardKey(PRODUCTS, leased, 0), KEYS.shardsPrefix(PRODUCTS) + "notes/readme");
    BuildRequest abandoned = builds.get(silent).orElseThrow();
    assertThat(abandoned.state()).isEqualTo(BuildRequest.State.FAILED);
    assertThat(abandoned.error()).contains("silent");
    assertThat(builds.get(pending).orElseThrow().state()).isEqualTo(BuildRequest.State.PENDING);
    assertThat(builds.get(leased).orElseThrow().state()).isEqualTo(BuildRequest.State.BUILDING);
  }

  @Test
  void collect_abandonedBuild_canNoLongerBePublished() {
    append("a");
    Fixture.Build build = fixture.build(collection, collection.head(), 0, 2);
    fixture.clock.advance(BEYOND_GRACE);

    assertThat(collect(1).deletedObjects()).isEqualTo(3);

    assertThatThrownBy(() -> build.publish(collection))
        .isInstanceOf(IncompleteBuildException.class)
        .hasMessageContaining("abandoned");
  }

  @Test
  void collect_writerThatSlept_copiesNothingThatIsGone() {
    StagedSegment staged = fixture.stage(collection, "asleep");
    fixture.clock.advance(BEYOND_GRACE);
    assertThat(collect(1).deletedObjects()).isEqualTo(1);

    assertThatThrownBy(() -> collection.append(List.of(staged), null, -1))
        .isInstanceOf(SegmentMissingException.class);
    assertThat(append("awake").freshSegmentCount()).isEqualTo(1);
  }

  @Test
  void collect_nothingToDelete_commitsNothing() {
    append("a");
    fixture.clock.advance(BEYOND_GRACE);
    collect(1);
    assertThat(collect(1).deletedObjects()).isZero();

    assertThat(collection.head().generation()).isEqualTo(2);
  }

  @Test
  void collect_buildThatStillWrites_isSpared() {
    UUID build = UUID.randomUUID();
    fixture.store.put(KEYS.shardKey(PRODUCTS, build, 0), new byte[5]);
    fixture.clock.advance(BEYOND_GRACE);
    fixture.store.put(KEYS.shardKey(PRODUCTS, build, 1), new byte[5]);

    assertThat(collect(1).deletedObjects()).isZero();
    fixture.clock.advance(BEYOND_GRACE);
    assertThat(collect(1).deletedObjects()).isEqualTo(2);
  }

  @Test
  void collect_finishedRequests_keepTheNewest() {
    BuildRequests builds = collection.builds();
    for (int i = 0; i < 30; i++) {
      UUID id = builds.request(IndexParameters.defaults()).buildId();
      builds.complete(builds.lease(id, "a", Duration.ofMinutes(1)).orElseThrow());
      fixture.clock.advance(Duration.ofMillis(2));
    }
    BuildRequest pending = builds.request(IndexParameters.defaults());
    fixture.clock.advance(BEYOND_GRACE);

    assertThat(collect(1).deletedObjects()).isEqualTo(10);
    assertThat(builds.list()).hasSize(21).last().isEqualTo(pending.buildId());
  }

  @Test
  void collect_droppedCollection_leavesOnlyItsHead() {
    append("a");
    fixture.build(collection, collection.head(), 0, 2).publish(collection);
    collection.builds().request(IndexParameters.defaults());
    fixture.store.put(KEYS.deadLetterKey(PRODUCTS, UUID.randomUUID()), new byte[4]);
    fixture.catalog.drop(TENANT, PRODUCTS);
    assertThat(collect(1).deletedObjects()).isZero();
    fixture.clock.advance(BEYOND_GRACE);

    GarbageCollector.Report report = collect(1);

    assertThat(report.oldestGeneration()).isZero();
    assertThat(all()).containsExactly(KEYS.headKey(PRODUCTS));
    assertThat(fixture.create().head().generation()).isEqualTo(5);
  }

  @Test
  void collect_recreatedCollection_sparesTheNewOne() {
    append("old");
    fixture.catalog.drop(TENANT, PRODUCTS);
    collection = fixture.create();
    append("new");
    fixture.clock.advance(BEYOND_GRACE);

    collect(1_000);

    assertThat(fixture.keysBelow(KEYS.segmentsPrefix(PRODUCTS))).hasSize(1);
    assertThat(ids(collection, collection.head())).containsExactly("new");
    assertThat(collection.at(4).generation()).isEqualTo(4);
  }

  @Test
  void collect_headGone_deletesWhatIsOld() {
    append("a");
    fixture.store.delete(KEYS.headKey(PRODUCTS));
    fixture.clock.advance(BEYOND_GRACE);
    fixture.store.put(KEYS.segmentKey(PRODUCTS, UUID.randomUUID()), new byte[4]);

    collect(1);

    assertThat(all()).hasSize(1);
  }

  @Test
  void collect_boundedRuns_goOnWhereTheyStopped() {
    for (int i = 0; i < 30; i++) {
      append("a" + i);
    }
    for (int i = 0; i < 25; i++) {
      fixture.stage(collection, "abandoned");
    }
    fixture.clock.advance(BEYOND_GRACE);

    GarbageCollector bounded = fixture.collector(1, 10);
    int runs = 1;
    long deleted = 0;
    GarbageCollector.Report report = bounded.collect(TENANT, PRODUCTS);
    while (!report.finished()) {
      assertThat(report.deletedObjects()).isLessThanOrEqualTo(10);
      deleted += report.deletedObjects();
      report = bounded.collect(TENANT, PRODUCTS);
      runs++;
    }

    assertThat(runs).isBetween(5, 7);
    assertThat(deleted + report.deletedObjects()).isEqualTo(30 + 25);
    assertThat(ids(collection, collection.head())).hasSize(30);
  }

  @Test
  void collect_keptGenerationDamaged_deletesNothingItMayList() {
    for (int i = 0; i < 3; i++) {
      append("a" + i);
    }
    fixture.build(collection, collection.head(), 2, 1).publish(collection);
    fixture.stage(collection, "x");
    fixture.clock.advance(BEYOND_GRACE);
    fixture.store.put(KEYS.generationKey(PRODUCTS, 4), new byte[5]);

    assertThatThrownBy(() -> collect(10)).isInstanceOf(CorruptManifestException.class);
    assertThat(fixture.keysBelow(KEYS.segmentsPrefix(PRODUCTS))).hasSize(4);
  }

  @Test
  void collect_droppedGenerationComesBack_staysDropped() {
    for (int i = 0; i < 5; i++) {
      append("a" + i);
    }
    fixture.build(collection, collection.head(), 4, 1).publish(collection);
    append("b");
    append("c");
    byte[] third = fixture.store.get(KEYS.generationKey(PRODUCTS, 3), 100_000).bytes();
    fixture.clock.advance(BEYOND_GRACE);
    assertThat(collect(2).oldestGeneration()).isEqualTo(8);
    assertThat(fixture.keysBelow(KEYS.segmentsPrefix(PRODUCTS))).hasSize(2);

    fixture.store.put(KEYS.generationKey(PRODUCTS, 3), third); // an answer was lost, long ago
    fixture.clock.advance(Duration.ofMinutes(1));

    assertThat(collect(100).oldestGeneration()).isEqualTo(8);
    fixture.clock.advance(BEYOND_GRACE);
    collect(100);
    assertThat(fixture.keysBelow(KEYS.generationsPrefix(PRODUCTS)))
        .containsExactly(KEYS.generationKey(PRODUCTS, 8), KEYS.generationKey(PRODUCTS, 9));
  }

  @Test
  void constructor_ofTheBucket_collects() {
    fixture.stage(collection, "x");
    fixture.clock.advance(BEYOND_GRACE);

    assertThat(
            new GarbageCollector(
                    fixture.store, fixture.clock, new Retention(5, Duration.ofHours(1)))
                .collect(TENANT, PRODUCTS)
                .deletedObjects())
        .isEqualTo(1);
  }
}
