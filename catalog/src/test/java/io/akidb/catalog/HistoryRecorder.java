package io.akidb.catalog;

import static io.akidb.catalog.Fixture.KEYS;
import static io.akidb.catalog.Fixture.PRODUCTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Sits right above the bucket, below all faults, and so sees what really happened: every head that
 * was ever written, and every deletion, which must not concern anything that the head lists.
 */
final class HistoryRecorder {
  /** A head as it was written, with the live segments that it listed then. */
  record Entry(Manifest manifest, List<SegmentRef> live) {}

  final List<Entry> history = new ArrayList<>();
  final ObjectStore store;

  /** The ids in each segment that was ever listed, read when it was: so it was there. */
  final Map<UUID, List<String>> contents = new HashMap<>();

  private final ObjectStore bucket;
  private final Pages pages;
  private Set<String> listed = Set.of();

  HistoryRecorder(ObjectStore bucket) {
    this.bucket = bucket;
    this.pages =
        new Pages(new Bucket(bucket, Fixture.surroundings(new TestClock(), 0)), KEYS, PRODUCTS);
    this.store =
        (ObjectStore)
            Proxy.newProxyInstance(
                ObjectStore.class.getClassLoader(),
                new Class<?>[] {ObjectStore.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("delete")) {
                    assertThat(listed).doesNotContain((String) arguments[0]);
                  }
                  Object answer;
                  try {
                    answer = method.invoke(bucket, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                  if (answer instanceof ObjectMetadata written
                      && written.key().equals(KEYS.headKey(PRODUCTS))
                      && arguments[arguments.length - 1] instanceof byte[] json) {
                    record(new Manifest(ManifestJson.decode(json), written.etag(), json));
                  }
                  return answer;
                });
  }

  private void record(Manifest manifest) {
    Head head = manifest.head();
    List<SegmentRef> live = head.segments().after(head.absorbedThrough(), pages);
    history.add(new Entry(manifest, live));
    for (SegmentRef ref : live) {
      contents.computeIfAbsent(ref.segment().id(), id -> ids(ref.segment()));
    }
    listed = new HashSet<>();
    listed.add(KEYS.headKey(PRODUCTS));
    live.forEach(ref -> listed.add(KEYS.segmentKey(PRODUCTS, ref.segment().id())));
    LiveObjects objects = LiveObjects.none();
    objects.add(head, head.generation(), null, pages);
    objects.pages().forEach(id -> listed.add(KEYS.pageKey(PRODUCTS, id)));
    if (head.index() != null) {
      UUID build = head.index().ref().buildId();
      listed.add(KEYS.indexKey(PRODUCTS, build));
      for (int shard = 0; shard < head.index().ref().shards(); shard++) {
        listed.add(KEYS.shardKey(PRODUCTS, build, shard));
      }
    }
  }

  private List<String> ids(StagedSegment segment) {
    List<String> ids = new ArrayList<>();
    try (SegmentReader reader =
        new SegmentReader(
            bucket, KEYS.segmentKey(PRODUCTS, segment.id()), segment, Fixture.SCHEMA)) {
      reader.forEachRemaining(row -> ids.add(row.id()));
    }
    return ids;
  }

  /**
   * Replays the history as a sequential run: each head must follow from the one before by one
   * append, one acquired epoch, one publication, one condemnation or one drop.
   *
   * @return the ids of every segment ever committed, by sequence
   */
  SortedMap<Long, List<String>> replay() {
    SortedMap<Long, List<String>> committed = new TreeMap<>();
    List<SegmentRef> live = new ArrayList<>();
    Entry before = null;
    for (Entry entry : history) {
      Head head = entry.manifest().head();
      if (before == null) {
        assertThat(head.generation()).isEqualTo(1);
      } else {
        replayOne(before.manifest().head(), head, entry.live(), live, committed);
      }
      assertThat(entry.live()).isEqualTo(live);
      assertThat(head.fresh())
          .isEqualTo(
              live.stream().map(Head.Totals::of).reduce(Head.Totals.NONE, Head.Totals::plus));
      before = entry;
    }
    return committed;
  }

  private void replayOne(
      Head before,
      Head after,
      List<SegmentRef> liveAfter,
      List<SegmentRef> live,
      SortedMap<Long, List<String>> committed) {
    assertThat(after.generation()).isEqualTo(before.generation() + 1);
    assertThat(after.committedAt()).isAfterOrEqualTo(before.committedAt());
    int changes = 0;
    if (after.dropped() || before.dropped()) {
      assertThat(after.dropped()).isNotEqualTo(before.dropped());
      assertThat(liveAfter).isEmpty();
      live.clear();
      return;
    }
    assertThat(after.collectionId()).isEqualTo(before.collectionId());
    assertThat(after.firstGeneration()).isEqualTo(before.firstGeneration());
    boolean checkpoint = checkWriters(before, after);
    if (after.nextSequence() != before.nextSequence() || checkpoint) {
      changes++;
      long added = after.nextSequence() - before.nextSequence();
      for (SegmentRef ref :
          liveAfter.subList(liveAfter.size() - Math.toIntExact(added), liveAfter.size())) {
        assertThat(ref.sequence()).isEqualTo(before.nextSequence() + changes - 1);
        live.add(ref);
        assertThat(committed.put(ref.sequence(), contents.get(ref.segment().id()))).isNull();
        changes++;
      }
      changes = 1;
    } else if (!after.writers().equals(before.writers())) {
      changes++;
    }
    if (after.index() != null && !after.index().equals(before.index())) {
      changes++;
      assertThat(after.index().generation()).isEqualTo(after.generation());
      assertThat(after.absorbedThrough()).isGreaterThanOrEqualTo(before.absorbedThrough());
      assertThat(before.index() == null ? 0 : before.index().ref().readGeneration())
          .isLessThan(after.index().ref().readGeneration());
      live.removeIf(ref -> ref.sequence() <= after.absorbedThrough());
    }
    if (!after.collected().equals(before.collected())) {
      changes++;
    }
    // A condemnation may repeat what was condemned before, with other objects.
    assertThat(changes).isLessThanOrEqualTo(1);
  }

  /** Whether a writer committed a checkpoint; an epoch may have been acquired instead. */
  private static boolean checkWriters(Head before, Head after) {
    int checkpoints = 0;
    int epochs = 0;
    for (Map.Entry<String, WriterEpoch> entry : after.writers().entrySet()) {
      WriterEpoch now = entry.getValue();
      WriterEpoch then = before.writers().get(entry.getKey());
      if (then == null || now.epoch() != then.epoch()) {
        epochs++;
        assertThat(now.epoch()).isEqualTo(after.generation());
        assertThat(now.lastCheckpoint()).isEqualTo(then == null ? -1 : then.lastCheckpoint());
      } else if (now.lastCheckpoint() != then.lastCheckpoint()) {
        checkpoints++;
        assertThat(now.lastCheckpoint()).isGreaterThan(then.lastCheckpoint());
      }
    }
    assertThat(checkpoints + epochs).isLessThanOrEqualTo(1);
    return checkpoints == 1;
  }
}
