package io.akidb.serving.collection;

import static io.akidb.serving.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.catalog.Catalog;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.Metric;
import io.akidb.catalog.OrderClock;
import io.akidb.catalog.SegmentWriter;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.serving.fresh.FreshBudget;
import io.akidb.serving.ingest.GroupCommitter;
import io.akidb.serving.ingest.IngestConfig;
import io.akidb.serving.metrics.CountedStore;
import io.akidb.serving.metrics.NodeMetrics;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenCollectionsTest {
  private static final TenantContext TENANT = new TenantContext(TenantId.DEFAULT, "test");
  private static final int OPEN_MAX = 3;
  private static final int COLLECTIONS = 10;
  private static final Duration FOLLOW = Duration.ofMillis(20);

  @TempDir Path folder;

  private final Clock clock = Clock.systemUTC();
  private final InMemoryStore store = new InMemoryStore(clock);
  private final NodeMetrics metrics = new NodeMetrics();
  private final CountedStore counted = new CountedStore(store, metrics);
  private final FreshBudget budget = new FreshBudget(1 << 20);
  private OpenCollections collections;

  @BeforeEach
  void fill() {
    Catalog catalog = new Catalog(store, clock);
    for (int i = 0; i < COLLECTIONS; i++) {
      VectorCollection collection =
          catalog.create(TENANT, name(i), CollectionSchema.of(2, Metric.L2));
      try (SegmentWriter writer = collection.newSegment(folder.resolve("s" + i))) {
        writer.add(VectorRecord.upsert("v", 1, new float[] {1, i}, null));
        collection.append(List.of(writer.finish()), null, 0);
      }
    }
    collections = open(OPEN_MAX, Duration.ofHours(1), budget);
  }

  // It looks at nothing by itself as long as the test runs.
  private OpenCollections open(int openMax, Duration idle, FreshBudget memory) {
    return open(openMax, idle, memory, Duration.ofHours(1));
  }

  private OpenCollections open(
      int openMax, Duration idle, FreshBudget memory, Duration followInterval) {
    return open(openMax, idle, memory, followInterval, 1);
  }

  private OpenCollections open(
      int openMax, Duration idle, FreshBudget memory, Duration followInterval, int snapshotsMax) {
    IngestConfig ingest =
        new IngestConfig(Duration.ZERO, 10, 1 << 20, Duration.ofSeconds(30), folder);
    return new OpenCollections(
        new Catalog(counted, clock),
        new CollectionsConfig(openMax, idle, followInterval, snapshotsMax, 1 << 20),
        memory,
        (collection, manifest) -> {
          throw new IllegalStateException("nothing is built here");
        },
        target ->
            new GroupCommitter(
                target, new OrderClock(clock), ingest, metrics, Thread.ofVirtual().factory()));
  }

  @AfterEach
  void close() {
    collections.close();
  }

  private static CollectionView seen(
      OpenCollections collections, OpenCollection collection, long generation) {
    try (ViewLease lease = collections.at(collection, generation)) {
      return lease.view();
    }
  }

  private static CollectionName name(int i) {
    return new CollectionName("c" + i);
  }

  @Test
  void opening_costsTheHeadAndTheSegmentsOnly() {
    collections.get(TENANT, name(0));

    assertThat(new String(metrics.text(), StandardCharsets.UTF_8))
        .contains(
            "akidb_store_requests_total{operation=\"read\"} 2.0",
            "akidb_store_requests_total{operation=\"look\"} 0.0",
            "akidb_store_requests_total{operation=\"list\"} 0.0");
  }

  // Four collections, and the whole block by which a reading may be more than it is in the end.
  private static final int ROOM = 9_500;

  @Test
  void memory_thatUnusedCollectionsHold_isForWhoNeedsIt() {
    FreshBudget small = new FreshBudget(ROOM);
    try (OpenCollections tight = open(COLLECTIONS, Duration.ZERO, small)) {
      for (int i = 0; i < COLLECTIONS; i++) {
        assertThat(tight.get(TENANT, name(i)).view().liveVectors()).isEqualTo(1);
        assertThat(small.used()).isLessThanOrEqualTo(ROOM);
      }
      assertThat(tight.openCount()).isLessThan(COLLECTIONS);
      for (int i = 0; i < COLLECTIONS; i++) {
        tight.commit(
            TENANT, name(i), List.of(VectorRecord.upsert("w", 2, new float[] {3, 4}, null)));
        assertThat(tight.get(TENANT, name(i)).view().liveVectors()).isEqualTo(2);
      }
    }
  }

  @Test
  void memory_thatGenerationsOfThePastHold_isForWhoeverOpensACollection() {
    collections.commit(
        TENANT, name(0), List.of(VectorRecord.upsert("w", 2, new float[] {1, 2}, null)));
    assertThat(opensWhereAPastIsHeld(true))
        .isGreaterThan(1)
        .isEqualTo(opensWhereAPastIsHeld(false));
  }

  /** How many collections can be open at once, all of them in use. */
  private int opensWhereAPastIsHeld(boolean isHeld) {
    FreshBudget small = new FreshBudget(ROOM);
    try (OpenCollections tight = open(COLLECTIONS, Duration.ofHours(1), small)) {
      OpenCollection asked = tight.get(TENANT, name(0));
      long before = asked.view().generation() - 1;
      if (isHeld) {
        long used = small.used();
        assertThat(seen(tight, asked, before).generation()).isEqualTo(before);
        assertThat(small.used()).isGreaterThan(used);
      }
      int opened = 1;
      try {
        for (; opened < COLLECTIONS; opened++) {
          tight.get(TENANT, name(opened));
        }
      } catch (ServingException e) {
        assertThat(e).hasMessageContaining("build the index");
      }
      return opened;
    }
  }

  @Test
  void generationsOfThePast_thatNobodyUses_areLetGoOf() {
    FreshBudget memory = new FreshBudget(1 << 20);
    try (OpenCollections followed = open(COLLECTIONS, Duration.ZERO, memory, FOLLOW)) {
      OpenCollection asked = followed.get(TENANT, name(0));
      long first = asked.view().generation();
      followed.commit(TENANT, name(0), List.of(VectorRecord.tombstone("v", 2)));
      assertThat(seen(followed, followed.get(TENANT, name(0)), first).liveVectors()).isEqualTo(1);
      await("nothing is held", () -> memory.used() == 0);
    }
  }

  @Test
  void memory_ofWhatIsDropped_isGivenBackAtOnce_theirPastIncluded() {
    FreshBudget memory = new FreshBudget(1 << 20);
    try (OpenCollections some = open(COLLECTIONS, Duration.ofHours(1), memory)) {
      for (int i = 0; i < 3; i++) {
        OpenCollection asked = some.get(TENANT, name(i));
        long first = asked.view().generation();
        some.commit(TENANT, name(i), List.of(VectorRecord.tombstone("v", 2)));
        assertThat(seen(some, some.get(TENANT, name(i)), first).liveVectors()).isEqualTo(1);
        if (i == 0) {
          some.forget(TENANT, name(i));
          assertThat(memory.used()).isZero();
        }
      }
      assertThat(memory.usedBy(TENANT.tenant())).isPositive();
      some.forgetAllOf(TENANT.tenant());
      assertThat(memory.used()).isZero();
    }
  }

  /** Rows with payloads of so many bytes together. */
  private static List<VectorRecord> rowsOf(int bytes) {
    List<VectorRecord> rows = new ArrayList<>();
    for (int left = bytes; left > 0; left -= PAYLOAD_BYTES) {
      String payload = "{\"text\": \"" + "x".repeat(Math.min(left, PAYLOAD_BYTES)) + "\"}";
      rows.add(
          VectorRecord.upsert(
              "large" + left, 2, new float[] {3, 4}, payload.getBytes(StandardCharsets.UTF_8)));
    }
    return rows;
  }

  // More than an int may be doubled, also without the first few.
  private static final int MANY = 60;
  private static final int PAYLOAD_BYTES = 50_000;

  @Test
  void memory_thatManyGenerationsOfThePastHold_isForAWrite_unlessItCouldNeverFit() {
    FreshBudget small = new FreshBudget(1 << 20);
    try (OpenCollections tight =
        open(COLLECTIONS, Duration.ofHours(1), small, Duration.ofHours(1), MANY)) {
      tight.commit(TENANT, name(1), rowsOf(500_000));
      OpenCollection asked = tight.get(TENANT, name(0));
      long first = asked.view().generation();
      for (int i = 0; i < MANY; i++) {
        tight.commit(
            TENANT, name(0), List.of(VectorRecord.upsert("w" + i, 2, new float[] {3, 4}, null)));
      }
      for (int i = 0; i < MANY; i++) {
        assertThat(seen(tight, asked, first + i).generation()).isEqualTo(first + i);
      }
      long full = small.used();

      refused(tight, rowsOf(1 << 20));
      assertThat(small.used()).as("nobody made room in vain").isEqualTo(full);
      List<VectorRecord> fitting = rowsOf((1 << 20) - (int) full);
      tight.commit(TENANT, name(0), fitting);
      assertThat(tight.get(TENANT, name(0)).view().liveVectors())
          .isEqualTo(1 + MANY + fitting.size());

      tight.get(TENANT, name(1));
      refused(tight, rowsOf(600_000));
      assertThat(small.used()).as("all generations of the past made room").isLessThan(full);
    }
    assertThat(small.used()).isZero();
  }

  private static void refused(OpenCollections tight, List<VectorRecord> rows) {
    assertThatThrownBy(() -> tight.commit(TENANT, name(0), rows))
        .isInstanceOf(ServingException.class)
        .hasMessageContaining("build the index");
  }

  private static void append(VectorCollection collection, Path file, List<VectorRecord> rows) {
    try (SegmentWriter writer = collection.newSegment(file)) {
      rows.forEach(writer::add);
      collection.append(List.of(writer.finish()), null, 0);
    }
  }

  @Test
  void rows_whoseShareOthersTookSinceTheyWereWritten_areStillRead() {
    TenantContext modest = new TenantContext(TenantId.random(), "test");
    VectorCollection elsewhere =
        new Catalog(store, clock).create(modest, name(0), CollectionSchema.of(2, Metric.L2));
    append(elsewhere, folder.resolve("modest"), rowsOf(240_000));
    FreshBudget shared = new FreshBudget(1 << 20, true);
    try (OpenCollections tight = open(COLLECTIONS, Duration.ofHours(1), shared)) {
      tight.commit(TENANT, name(0), rowsOf(750_000));
      OpenCollection opened = tight.get(modest, name(0));
      assertThat(opened.view().liveVectors()).isEqualTo(5);

      List<VectorRecord> row = List.of(VectorRecord.upsert("w", 3, new float[] {3, 4}, null));
      append(elsewhere, folder.resolve("more"), row);
      opened.follow();
      assertThat(opened.view().liveVectors()).isEqualTo(6);

      assertThatThrownBy(() -> tight.commit(modest, name(0), row))
          .isInstanceOf(ServingException.class)
          .hasMessageContaining("this tenant's share");
    }
  }

  @Test
  void memoryOfOthers_isNotTakenInVain_forATenantThatHasTheMostThatAnyMay() {
    TenantContext modest = new TenantContext(TenantId.random(), "test");
    new Catalog(store, clock).create(modest, name(0), CollectionSchema.of(2, Metric.L2));
    FreshBudget shared = new FreshBudget(1 << 20, true);
    try (OpenCollections tight = open(COLLECTIONS, Duration.ZERO, shared)) {
      OpenCollection asked = tight.get(TENANT, name(0));
      tight.commit(TENANT, name(0), rowsOf(450_000));
      long full = asked.view().generation();
      tight.commit(TENANT, name(0), List.of(VectorRecord.tombstone("v", 3)));
      tight.commit(modest, name(0), rowsOf(100_000));
      long held = shared.usedBy(modest.tenant());
      // What is searched makes no room.
      try (ViewLease searched = tight.at(asked, full)) {
        assertThat(searched.view().generation()).isEqualTo(full);
        assertThatThrownBy(() -> tight.commit(TENANT, name(1), rowsOf(400_000)))
            .isInstanceOf(ServingException.class)
            .hasMessageContaining("this tenant's share");
        assertThat(shared.usedBy(modest.tenant())).isEqualTo(held).isGreaterThan(100_000);
      }
      tight.commit(TENANT, name(1), rowsOf(400_000));
      assertThat(shared.usedBy(modest.tenant())).isEqualTo(held);
    }
    assertThat(shared.used()).isZero();
  }

  @Test
  void generationsOfThePast_thatOthersUsedJustNow_areTheirs() {
    TenantContext modest = new TenantContext(TenantId.random(), "test");
    FreshBudget small = new FreshBudget(1 << 20);
    try (OpenCollections tight = open(COLLECTIONS, Duration.ofHours(1), small)) {
      OpenCollection asked = tight.get(TENANT, name(0));
      long first = asked.view().generation();
      tight.commit(TENANT, name(0), rowsOf(400_000));
      long second = first + 1;
      tight.commit(TENANT, name(0), List.of(VectorRecord.tombstone("v", 3)));
      CollectionView kept = seen(tight, asked, second);
      new Catalog(store, clock).create(modest, name(0), CollectionSchema.of(2, Metric.L2));

      assertThatThrownBy(() -> tight.commit(modest, name(0), rowsOf(400_000)))
          .isInstanceOf(ServingException.class)
          .hasMessageContaining("build the index");
      assertThat(seen(tight, asked, second)).isSameAs(kept);
    }
  }

  @Test
  void memory_thatCollectionsInUseHold_isTheirs() {
    try (OpenCollections tight = open(COLLECTIONS, Duration.ofHours(1), new FreshBudget(ROOM))) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 10 * COLLECTIONS; i++) {
                  tight.commit(
                      TENANT,
                      name(i % COLLECTIONS),
                      List.of(VectorRecord.upsert("w" + i, 2, new float[] {3, 4}, null)));
                }
              })
          .isInstanceOf(ServingException.class)
          .hasMessageContaining("build the index");
    }
  }

  @Test
  void manyCollections_areNotHeldOpenBeyondTheBound() {
    long ofOne = 0;
    for (int i = 0; i < COLLECTIONS; i++) {
      OpenCollection opened = collections.get(TENANT, name(i));
      assertThat(opened.view().liveVectors()).isEqualTo(1);
      assertThat(collections.openCount()).isLessThanOrEqualTo(OPEN_MAX);
      ofOne = ofOne == 0 ? budget.used() : ofOne;
    }
    long most = OPEN_MAX * ofOne;
    assertThat(ofOne).isPositive();
    await("what was closed gives its memory back", () -> budget.used() <= most);
    assertThat(collections.get(TENANT, name(COLLECTIONS - 1)).view().liveVectors()).isEqualTo(1);
  }

  @Test
  void collections_thatOneTenantOpensInTurn_leaveOthersTheirs() {
    TenantContext modest = new TenantContext(TenantId.random(), "test");
    new Catalog(store, clock).create(modest, name(0), CollectionSchema.of(2, Metric.L2));
    OpenCollection kept = collections.get(modest, name(0));
    for (int i = 0; i < COLLECTIONS; i++) {
      collections.get(TENANT, name(i));
    }
    assertThat(collections.openCount()).isEqualTo(OPEN_MAX);
    assertThat(collections.get(modest, name(0))).isSameAs(kept);
  }

  @Test
  void commits_toACollectionThatWasClosed_openItAgain() {
    collections.get(TENANT, name(0));
    for (int i = 1; i < COLLECTIONS; i++) {
      collections.get(TENANT, name(i));
    }
    collections.commit(
        TENANT, name(0), List.of(VectorRecord.upsert("w", 2, new float[] {3, 4}, null)));

    assertThat(collections.get(TENANT, name(0)).view().liveVectors()).isEqualTo(2);
  }

  @Test
  void pause_growsWithTheTimeThatNobodyAsked() {
    long second = TimeUnit.SECONDS.toNanos(1);
    long interval = second / 4;
    assertThat(OpenCollections.pause(0, interval)).isZero();
    assertThat(OpenCollections.pause(5 * second, interval)).isZero();
    assertThat(OpenCollections.pause(6 * second, interval)).isEqualTo(5 * second);
    assertThat(OpenCollections.pause(10 * second, interval)).isEqualTo(5 * second);
    assertThat(OpenCollections.pause(800 * second, interval)).isEqualTo(400 * second);
  }
}
