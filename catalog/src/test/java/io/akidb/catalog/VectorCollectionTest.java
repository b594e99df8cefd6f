package io.akidb.catalog;

import static io.akidb.catalog.Fixture.KEYS;
import static io.akidb.catalog.Fixture.PRODUCTS;
import static io.akidb.catalog.Fixture.TENANT;
import static io.akidb.catalog.Fixture.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorCollectionTest {
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
  void append_twoSegments_isOneGeneration() {
    StagedSegment first = fixture.stage(collection, Fixture.row("a", 5), Fixture.row("b", 9));
    StagedSegment second = fixture.stage(collection, VectorRecord.tombstone("a", 7));

    Manifest committed = collection.append(List.of(first, second), null, -1);

    assertThat(committed.generation()).isEqualTo(2);
    assertThat(committed.maxOrder()).isEqualTo(9);
    assertThat(committed.freshRows()).isEqualTo(3);
    assertThat(committed.freshBytes()).isEqualTo(first.bytes() + second.bytes());
    assertThat(committed.freshSegmentCount()).isEqualTo(2);
    assertThat(collection.segments(committed))
        .containsExactly(new SegmentRef(first, 0), new SegmentRef(second, 1));
    Manifest read = collection.head();
    assertThat(read.commitId()).isEqualTo(committed.commitId());
    assertThat(read.etag()).isEqualTo(committed.etag());
    assertThat(ids(collection, read)).containsExactly("a", "b", "a");
  }

  @Test
  void append_nothing_commitsNothing() {
    assertThat(collection.append(List.of(), null, -1).generation()).isEqualTo(1);
  }

  @Test
  void append_sameSegmentAgain_commitsNothing() {
    StagedSegment staged = fixture.stage(collection, "a");
    collection.append(List.of(staged), null, -1);

    assertThat(collection.append(List.of(staged), null, -1).generation()).isEqualTo(2);
    assertThat(fixture.catalog.open(TENANT, PRODUCTS).head().generation()).isEqualTo(2);
  }

  @Test
  void append_segmentTwiceInOneCall_isRefused() {
    StagedSegment staged = fixture.stage(collection, "a");

    assertThatThrownBy(() -> collection.append(List.of(staged, staged), null, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("twice");
  }

  @Test
  void append_tooManySegments_isRefused() {
    StagedSegment staged = fixture.stage(collection, "a");
    List<StagedSegment> many = java.util.Collections.nCopies(1_001, staged);

    assertThatThrownBy(() -> collection.append(many, null, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void append_manySegments_listsThemAllInOrder() {
    List<StagedSegment> staged = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      staged.add(fixture.stage(collection, "id" + i));
    }

    Manifest committed = collection.append(staged, null, -1);

    assertThat(collection.segments(committed))
        .extracting(SegmentRef::segment)
        .containsExactlyElementsOf(staged);
    assertThat(collection.segmentsAfter(committed, 150))
        .extracting(SegmentRef::sequence)
        .containsExactlyElementsOf(IntStream.range(151, 200).mapToObj(i -> (long) i).toList());
    assertThat(collection.segmentsAfter(committed, 199)).isEmpty();
  }

  @Test
  void at_everyGeneration_readsAsItWas() {
    List<Manifest> committed = new ArrayList<>(List.of(collection.head()));
    for (int i = 0; i < 150; i++) {
      committed.add(append("id" + i));
    }

    VectorCollection reader = fixture.catalog.open(TENANT, PRODUCTS);
    for (Manifest manifest : committed) {
      Manifest read = reader.at(manifest.generation());
      assertThat(read.commitId()).isEqualTo(manifest.commitId());
      assertThat(read.json()).isEqualTo(manifest.json());
      assertThat(reader.segments(read)).hasSize((int) manifest.generation() - 1);
    }
    assertThatThrownBy(() -> reader.at(0)).isInstanceOf(GenerationNotFoundException.class);
    assertThatThrownBy(() -> reader.at(152))
        .isInstanceOf(GenerationNotFoundException.class)
        .hasMessageContaining("152");
  }

  @Test
  void at_fileOfAnotherGeneration_isCorrupt() {
    append("a");
    append("b");
    byte[] first = fixture.store.get(KEYS.generationKey(PRODUCTS, 1), 100_000).bytes();
    fixture.store.put(KEYS.generationKey(PRODUCTS, 2), first);

    assertThatThrownBy(() -> collection.at(2)).isInstanceOf(CorruptManifestException.class);
  }

  @Test
  void headIfChanged_unchanged_isNull() {
    Manifest head = collection.head();
    assertThat(collection.headIfChanged(head)).isNull();

    Manifest committed = append("a");
    Manifest changed = collection.headIfChanged(head);
    assertThat(changed).isNotNull();
    assertThat(changed.generation()).isEqualTo(2);
    assertThat(collection.headIfChanged(committed)).isNull();

    Manifest old = collection.at(1);
    assertThat(old.etag()).isEmpty();
    assertThat(collection.headIfChanged(old).generation()).isEqualTo(2);
    append("b");
    assertThat(collection.headIfChanged(collection.at(2)).generation()).isEqualTo(3);
  }

  @Test
  void commitToken_ofACommit_namesItsGeneration() {
    Manifest committed = append("a");

    assertThat(collection.head().generationOf(committed.commitToken())).isEqualTo(2);
  }

  @Test
  void acquireWriter_secondTime_fencesTheFirst() {
    WriterEpoch first = collection.acquireWriter("job:1");
    collection.append(List.of(fixture.stage(collection, "a")), first, 7);
    WriterEpoch second = fixture.catalog.open(TENANT, PRODUCTS).acquireWriter("job:1");

    assertThat(first.lastCheckpoint()).isEqualTo(-1);
    assertThat(second.lastCheckpoint()).isEqualTo(7);
    assertThat(second.epoch()).isGreaterThan(first.epoch());
    StagedSegment staged = fixture.stage(collection, "b");
    assertThatThrownBy(() -> collection.append(List.of(staged), first, 8))
        .isInstanceOf(WriterFencedException.class)
        .hasMessageContaining("job:1");
    assertThat(collection.append(List.of(staged), second, 8).writers().get("job:1"))
        .isEqualTo(new WriterEpoch("job:1", second.epoch(), 8));
  }

  @Test
  void append_replayedCheckpoint_commitsNothing() {
    WriterEpoch writer = collection.acquireWriter("w");
    Manifest third = collection.append(List.of(fixture.stage(collection, "a")), writer, 3);

    Manifest replayed = collection.append(List.of(fixture.stage(collection, "b")), writer, 3);
    Manifest older = collection.append(List.of(fixture.stage(collection, "b")), writer, 2);

    assertThat(replayed.generation()).isEqualTo(third.generation());
    assertThat(older.generation()).isEqualTo(third.generation());
    assertThat(ids(collection, collection.head())).containsExactly("a");
    Manifest empty = collection.append(List.of(), writer, 4);
    assertThat(empty.writers().get("w").lastCheckpoint()).isEqualTo(4);
  }

  @Test
  void append_negativeCheckpointOfAWriter_isRefused() {
    WriterEpoch writer = collection.acquireWriter("w");

    assertThatThrownBy(() -> collection.append(List.of(), writer, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void removeWriter_andAcquireAgain_stillFencesTheOldEpoch() {
    WriterEpoch before = collection.acquireWriter("w");
    collection.removeWriter("w");
    collection.removeWriter("w");
    assertThatThrownBy(() -> collection.append(List.of(), before, 1))
        .isInstanceOf(WriterFencedException.class);
    WriterEpoch after = collection.acquireWriter("w");

    assertThat(after.epoch()).isGreaterThan(before.epoch());
    assertThatThrownBy(() -> collection.append(List.of(), before, 1))
        .isInstanceOf(WriterFencedException.class);
  }

  @Test
  void acquireWriter_listIsFull_saysSo() {
    for (int i = 0; i < Head.WRITERS_MAX; i++) {
      collection.acquireWriter("w" + i);
    }

    assertThatThrownBy(() -> collection.acquireWriter("one-more"))
        .isInstanceOf(TooManyWritersException.class)
        .hasMessageContaining("256");
    assertThat(collection.acquireWriter("w3").epoch()).isGreaterThan(256);
    collection.removeWriter("w7");
    assertThat(collection.acquireWriter("one-more").lastCheckpoint()).isEqualTo(-1);
  }

  @Test
  void acquireWriter_badName_isRefused() {
    for (String name : List.of("", "a b", "ä", "x".repeat(129))) {
      assertThatThrownBy(() -> collection.acquireWriter(name))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** What garbage collection does before it deletes. */
  private void condemnAllBeforeNow() {
    fixture.clock.advance(Duration.ofHours(3));
    new Commits(new Bucket(fixture.store, fixture.surroundings), KEYS, PRODUCTS)
        .commit(
            null,
            base -> base.withCollected(base.collected().and(fixture.clock.instant(), List.of())));
    fixture.clock.advance(Duration.ofHours(3));
  }

  @Test
  void append_segmentThatMayBeCondemned_commitsAYoungCopy() {
    StagedSegment old = fixture.stage(collection, "a");
    condemnAllBeforeNow();

    Manifest committed = collection.append(List.of(old), null, -1);

    StagedSegment copy = collection.segments(committed).get(0).segment();
    assertThat(copy.id()).isNotEqualTo(old.id());
    assertThat(SegmentIds.createdAt(copy.id())).isEqualTo(fixture.clock.instant());
    assertThat(ids(collection, committed)).containsExactly("a");
  }

  @Test
  void append_segmentThatWasCollected_isRefused() {
    StagedSegment old = fixture.stage(collection, "a");
    condemnAllBeforeNow();
    fixture.store.delete(KEYS.segmentKey(PRODUCTS, old.id()));

    assertThatThrownBy(() -> collection.append(List.of(old), null, -1))
        .isInstanceOf(SegmentMissingException.class);
    assertThat(collection.head().generation()).isEqualTo(2);
  }

  @Test
  void append_oldSegmentThatIsDamaged_isRefused() {
    StagedSegment old = fixture.stage(collection, "a");
    condemnAllBeforeNow();
    fixture.store.put(KEYS.segmentKey(PRODUCTS, old.id()), new byte[(int) old.bytes()]);

    assertThatThrownBy(() -> collection.append(List.of(old), null, -1))
        .isInstanceOf(CorruptSegmentException.class);
  }

  @Test
  void segments_pageDamagedOrGone_isCorrupt() {
    for (int i = 0; i < 70; i++) {
      append("id" + i);
    }
    Manifest head = collection.head();
    String key = fixture.keysBelow(KEYS.pagesPrefix(PRODUCTS)).get(0);
    byte[] bytes = fixture.store.get(key, 100_000).bytes();
    bytes[bytes.length - 20] ^= 1;
    fixture.store.put(key, bytes);
    assertThatThrownBy(() -> collection.segments(head))
        .isInstanceOf(CorruptManifestException.class);
    assertThat(collection.segmentsAfter(head, 63)).hasSize(6);

    fixture.store.put(key, new byte[100_000]);
    assertThatThrownBy(() -> collection.segments(head))
        .isInstanceOf(CorruptManifestException.class);
    fixture.store.delete(key);
    assertThatThrownBy(() -> collection.segments(head))
        .isInstanceOf(CorruptManifestException.class);
  }
}
