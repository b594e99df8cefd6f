package io.akidb.serving.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexType;
import io.akidb.catalog.Metric;
import io.akidb.catalog.VectorRecord;
import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.BuildReport;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexBuilder;
import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.serving.HookedStore;
import io.akidb.serving.filter.Filter;
import io.akidb.serving.fresh.FreshBudget;
import io.akidb.serving.fresh.FreshSnapshot;
import io.akidb.serving.fresh.FreshTier;
import io.akidb.serving.fresh.IndexedVersions;
import io.akidb.serving.metrics.NodeMetrics;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.TenantId;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.RoaringBitmap;

/** Who makes room in the cache of shards; all of which are of one size here. */
class ShardCacheTest {
  private static final int ROOM = 6;
  private static final int DIMENSION = 4;

  @TempDir Path folder;

  private final HookedStore store = new HookedStore(new InMemoryStore(Clock.systemUTC()));
  private final List<String> fetched = new ArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private final TenantId many = TenantId.random();
  private final TenantId few = TenantId.random();
  private Path file;
  private BuildReport built;
  private ShardCache cache;

  @BeforeEach
  void start() throws IOException {
    file = folder.resolve("shard");
    IndexProvider provider = IndexProvider.of(IndexType.DISKANN.jsonName());
    try (IndexBuilder builder =
        provider.builder(
            new IndexSchema(DIMENSION, DistanceMetric.L2, new TreeMap<>()),
            BuildParameters.defaults().withThreads(1),
            null,
            folder)) {
      for (int i = 0; i < 10; i++) {
        builder.add(
            new IndexRecord(
                "v" + i, i, new float[] {i, 1, 2, 3}, new byte[0], new TreeMap<>(Map.of())));
      }
      built = builder.build(file, BuildProgress.NONE);
    }
    restart();
    store.before(
        (method, key) -> {
          if (!method.startsWith("put")) {
            fetched.add(key);
          }
        });
  }

  private void restart() throws IOException {
    restart(ROOM);
  }

  private void restart(int room) throws IOException {
    cache =
        new ShardCache(
            store,
            new ShardCacheConfig(folder.resolve("cache"), room * built.bytes()),
            type -> IndexProvider.of(type.jsonName()),
            new NodeMetrics(),
            nanos::get);
  }

  @AfterEach
  void stop() {
    cache.close();
  }

  private ShardLease acquire(TenantId tenant, int i) {
    String key = "tenants/" + tenant + "/shard-" + i;
    if (store.head(key).isEmpty()) {
      store.putFile(key, file);
    }
    fetched.clear();
    return cache.acquire(
        ShardObject.of(tenant, key, built.bytes(), built.crc32c(), IndexType.DISKANN));
  }

  /** Whether a shard was there when it was asked for. */
  private boolean isThere(TenantId tenant, int i) {
    try (ShardLease lease = acquire(tenant, i)) {
      assertThat(lease.index().size()).isEqualTo(10);
      return fetched.isEmpty();
    }
  }

  private void scan(TenantId tenant, int count) {
    for (int i = 0; i < count; i++) {
      isThere(tenant, i);
    }
    assertThat(cache.bytes()).isLessThanOrEqualTo(cache.bytesMax());
  }

  @Test
  void tenantThatReadsManyShardsOnce_throwsOutItsOwn() {
    scan(few, 2);
    scan(many, 5 * ROOM);
    assertThat(isThere(few, 0)).isTrue();
    assertThat(isThere(few, 1)).isTrue();
    assertThat(isThere(many, 5 * ROOM - 1)).as("the last one that was used").isTrue();
    assertThat(isThere(many, 0)).isFalse();
  }

  @Test
  void tenantThatHoldsMost_makesRoomForTheNext() {
    scan(many, ROOM);
    scan(few, ROOM);
    int kept = 0;
    for (int i = 0; i < ROOM; i++) {
      // By what is held: to ask for one that is not there would throw out another.
      kept += isHeld(many, i) ? 1 : 0;
    }
    assertThat(kept).isEqualTo(ROOM / 2);
    assertThat(isHeld(many, ROOM - 1)).as("the last one that was used").isTrue();
    assertThat(isHeld(few, ROOM - 1)).isTrue();
  }

  private boolean isHeld(TenantId tenant, int i) {
    String name =
        ShardObject.of(
                tenant,
                "tenants/" + tenant + "/shard-" + i,
                built.bytes(),
                built.crc32c(),
                IndexType.DISKANN)
            .cachedName()
            .fileName();
    return folder.resolve("cache").resolve(name).toFile().exists();
  }

  @Test
  void shardsThatNobodyUsedForAWhile_makeRoomForAnybody() {
    scan(few, 2);
    nanos.addAndGet(Victims.LEFT.minus(Duration.ofNanos(1)).toNanos());
    scan(many, ROOM);
    assertThat(isHeld(few, 0)).isTrue();
    nanos.addAndGet(1);
    isThere(many, ROOM);
    isThere(many, ROOM + 1);
    assertThat(isHeld(few, 0)).isFalse();
    assertThat(isHeld(few, 1)).isFalse();
    assertThat(isHeld(many, ROOM - 1)).isTrue();
  }

  @Test
  void shardsOfAnEarlierProcess_makeRoomBeforeThoseThatWereAskedFor() throws IOException {
    scan(many, 4);
    scan(few, 2);
    cache.close();
    restart();
    assertThat(isThere(many, 0)).as("taken over").isTrue();
    assertThat(isThere(many, 1)).isTrue();
    for (int i = 10; i < 14; i++) {
      assertThat(isThere(many, i)).isFalse();
    }
    assertThat(isHeld(many, 0)).isTrue();
    assertThat(isHeld(few, 0)).isFalse();
  }

  @Test
  void shardsThatAreRead_areNotThrownOut_andWhatDoesNotFitBesideIsRefused() {
    List<ShardLease> read = new ArrayList<>();
    for (int i = 0; i < ROOM; i++) {
      read.add(acquire(many, i));
    }
    assertThatThrownBy(() -> acquire(few, 0))
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.reason()).isEqualTo(Reason.OVERLOADED));
    read.removeLast().close();
    assertThat(isThere(few, 0)).isFalse();
    assertThat(isHeld(many, ROOM - 1)).isFalse();
    assertThat(isHeld(many, 0)).isTrue();
    read.forEach(ShardLease::close);
  }

  @Test
  void tenantThatReadsAllThatItHolds_takesOthersAndThenItsOwn() {
    scan(few, 2);
    List<ShardLease> read = new ArrayList<>();
    for (int i = 0; i < ROOM - 1; i++) {
      read.add(acquire(many, i));
    }
    assertThat(isHeld(few, 0)).as("a search cannot do with less").isFalse();
    assertThat(isHeld(few, 1)).isTrue();
    read.removeFirst().close();
    read.add(acquire(many, ROOM - 1));
    assertThat(isHeld(many, 0)).as("its own").isFalse();
    assertThat(isHeld(few, 1)).isTrue();
    read.forEach(ShardLease::close);
  }

  @Test
  void smallShards_makeMoreRoomThanIsNeeded_soThatNotEachMissLooksForSome() throws IOException {
    int room = 200;
    cache.close();
    restart(room);
    scan(many, room);
    assertThat(cache.bytes()).isEqualTo(room * built.bytes());
    isThere(many, room);
    assertThat(cache.bytes()).isEqualTo((room - room / 50) * built.bytes());
    assertThat(isHeld(many, 4)).isFalse();
    assertThat(isHeld(many, 5)).isTrue();
  }

  @Test
  void shardThatIsThrownOut_leavesNoFileAndNoMatches() {
    Filter filter = new Filter.Exists("a");
    scan(many, ROOM);
    try (ShardLease lease = acquire(many, 0)) {
      assertThat(lease.shard().matches(filter).isEmpty()).isTrue();
    }
    assertThat(cache.knownMatches()).isEqualTo(1);
    scan(few, ROOM);
    scan(many, 2 * ROOM);
    assertThat(isHeld(many, 0)).isFalse();
    assertThat(cache.knownMatches()).isZero();
    assertThat(folder.resolve("cache").toFile().list())
        .filteredOn(name -> !name.equals("node.lock"))
        .hasSize(ROOM);
  }

  @Test
  void rowsOfAFreshTier_areNotHeldByTheShardThatTheyHideRowsOf() {
    FreshTier tier =
        new FreshTier(
            new CollectionSchema(DIMENSION, Metric.L2, IndexType.DISKANN, new TreeMap<>()),
            new FreshBudget(1 << 30).of(many),
            IndexedVersions.NONE);
    tier.apply(1, List.of(VectorRecord.tombstone("v3", 100)));
    FreshSnapshot fresh = tier.snapshot();
    try (ShardLease lease = acquire(many, 0)) {
      OpenShard shard = lease.shard();
      RoaringBitmap hidden = shard.hiddenBy(fresh);
      assertThat(hidden).isEqualTo(RoaringBitmap.bitmapOf(lease.index().nodeId("v3")));
      assertThat(shard.hiddenBy(fresh)).as("remembered").isSameAs(hidden);
      assertThat(shard.lastHidden().by().refersTo(fresh)).isTrue();
      shard.lastHidden().by().clear();
      assertThat(shard.hiddenBy(fresh)).as("known by nothing else").isNotSameAs(hidden);
      assertThat(shard.hiddenBy(fresh)).isEqualTo(hidden);
      assertThat(fieldTypes(OpenShard.class, OpenShard.Hidden.class))
          .doesNotContain(FreshSnapshot.class, FreshTier.class);
    }
  }

  private static List<Class<?>> fieldTypes(Class<?>... of) {
    return Stream.of(of)
        .flatMap(type -> Stream.of(type.getDeclaredFields()))
        .<Class<?>>map(Field::getType)
        .toList();
  }
}
