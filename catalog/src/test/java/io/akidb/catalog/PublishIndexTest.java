package io.akidb.catalog;

import static io.akidb.catalog.Fixture.KEYS;
import static io.akidb.catalog.Fixture.PRODUCTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Publishing an index, and reading what it lists. */
class PublishIndexTest {
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

  @Test
  void publishIndex_absorbsSome_dropsThoseSegments() {
    for (int i = 0; i < 300; i++) {
      append("id" + i);
    }
    Manifest read = collection.head();
    append("late");
    Fixture.Build build = fixture.build(collection, read, 199, 3);

    Manifest published = build.publish(collection);

    assertThat(published.generation()).isEqualTo(303);
    assertThat(published.index()).isEqualTo(build.ref());
    assertThat(published.absorbedThrough()).isEqualTo(199);
    assertThat(published.freshSegmentCount()).isEqualTo(101);
    assertThat(published.freshRows()).isEqualTo(101);
    List<SegmentRef> live = collection.segments(published);
    assertThat(live).hasSize(101);
    assertThat(live.get(0).sequence()).isEqualTo(200);
    assertThat(published.freshBytes())
        .isEqualTo(live.stream().mapToLong(ref -> ref.segment().bytes()).sum());
    assertThat(collection.index(published)).contains(build.descriptor());
    assertThat(collection.index(collection.head())).contains(build.descriptor());
    assertThat(collection.segments(collection.at(302))).hasSize(301);
  }

  @Test
  void publishIndex_twice_commitsOnce() {
    append("a");
    Fixture.Build build = fixture.build(collection, collection.head(), 0, 1);
    build.publish(collection);

    assertThat(build.publish(collection).generation()).isEqualTo(3);
  }

  @Test
  void publishIndex_currentReadTheSameOrNewer_isSuperseded() {
    append("a");
    Manifest second = collection.head();
    append("b");
    Fixture.Build older = fixture.build(collection, second, 0, 1);
    Fixture.Build newer = fixture.build(collection, collection.head(), 1, 1);
    Fixture.Build same = fixture.build(collection, collection.head(), 1, 1);
    newer.publish(collection);

    assertThatThrownBy(() -> older.publish(collection))
        .isInstanceOf(BuildSupersededException.class);
    assertThatThrownBy(() -> same.publish(collection)).isInstanceOf(BuildSupersededException.class);
    assertThat(collection.head().index()).isEqualTo(newer.ref());
  }

  @Test
  void publishIndex_figuresThatCannotBe_areRefused() {
    append("a");
    Manifest read = collection.head();
    Fixture.Build absorbsTheFuture = fixture.build(collection, read, 1, 1);
    assertThatThrownBy(() -> absorbsTheFuture.publish(collection))
        .isInstanceOf(IncompleteBuildException.class);

    Fixture.Build whole = fixture.build(collection, read, 0, 2);
    fixture.store.delete(KEYS.shardKey(PRODUCTS, whole.ref().buildId(), 1));
    assertThatThrownBy(() -> whole.publish(collection))
        .isInstanceOf(IncompleteBuildException.class)
        .hasMessageContaining("1 of its shards");

    Fixture.Build another = fixture.build(collection, read, 0, 2);
    assertThatThrownBy(() -> collection.publishIndex(whole.descriptor(), another.ref()))
        .isInstanceOf(IncompleteBuildException.class);
    ShardRef shard = another.descriptor().shards().get(0);
    IndexDescriptor twice =
        new IndexDescriptor(
            another.ref().buildId(), List.of(shard, shard), another.descriptor().parameters());
    assertThatThrownBy(() -> collection.publishIndex(twice, another.ref()))
        .isInstanceOf(IncompleteBuildException.class)
        .hasMessageContaining("twice");
    assertThat(collection.head().generation()).isEqualTo(2);
  }

  @Test
  void publishIndex_withTombstones_carriesThemOver() {
    append("a");
    UUID buildId = SegmentIds.timeOrdered(fixture.surroundings);
    try (SegmentWriter writer = collection.newTombstones(buildId, fixture.temporaryFile())) {
      writer.add(VectorRecord.tombstone("gone", 3));
      writer.add(VectorRecord.tombstone("too", 9));
      assertThatThrownBy(() -> writer.add(Fixture.row("a", 1)))
          .isInstanceOf(IllegalArgumentException.class);
      writer.finish();
    }
    Fixture.Build wrong = fixture.build(buildId, collection.head(), 0, 1, 3);
    assertThatThrownBy(() -> wrong.publish(collection))
        .isInstanceOf(IncompleteBuildException.class)
        .hasMessageContaining("2 tombstones");

    Manifest published = fixture.build(buildId, collection.head(), 0, 1, 2).publish(collection);

    List<VectorRecord> rows = new ArrayList<>();
    try (SegmentReader reader =
        collection.readTombstones(collection.at(published.generation())).orElseThrow()) {
      reader.forEachRemaining(rows::add);
    }
    assertThat(rows).extracting(VectorRecord::id).containsExactly("gone", "too");
    assertThat(rows).allMatch(VectorRecord::isTombstone);
  }

  @Test
  void publishIndex_tombstonesMissingOrDamaged_isRefused() {
    append("a");
    UUID buildId = SegmentIds.timeOrdered(fixture.surroundings);
    Fixture.Build build = fixture.build(buildId, collection.head(), 0, 1, 2);
    assertThatThrownBy(() -> build.publish(collection))
        .isInstanceOf(IncompleteBuildException.class)
        .hasMessageContaining("missing");

    fixture.store.put(KEYS.tombstonesKey(PRODUCTS, buildId), new byte[20]);
    assertThatThrownBy(() -> build.publish(collection))
        .isInstanceOf(IncompleteBuildException.class)
        .hasMessageContaining("cannot be read");

    byte[] upserts =
        AvroWriting.write(
            SegmentFormat.SCHEMA,
            buildId,
            java.util.Map.of(),
            SegmentFormat.encoder(Fixture.DIMENSION),
            List.of(Fixture.row("a", 1), Fixture.row("b", 1)));
    fixture.store.put(KEYS.tombstonesKey(PRODUCTS, buildId), upserts);
    assertThatThrownBy(() -> build.publish(collection))
        .isInstanceOf(IncompleteBuildException.class)
        .hasMessageContaining("a vector among the tombstones");
  }

  @Test
  void index_descriptorDamagedOrGone_isCorrupt() {
    append("a");
    Fixture.Build build = fixture.build(collection, collection.head(), 0, 1);
    Manifest published = build.publish(collection);
    String key = KEYS.indexKey(PRODUCTS, build.ref().buildId());
    byte[] bytes = fixture.store.get(key, 100_000).bytes();
    bytes[bytes.length / 2] ^= 1;
    fixture.store.put(key, bytes);
    assertThatThrownBy(() -> collection.index(published))
        .isInstanceOf(CorruptManifestException.class);

    fixture.store.delete(key);
    assertThatThrownBy(() -> collection.index(published))
        .isInstanceOf(CorruptManifestException.class);
  }
}
