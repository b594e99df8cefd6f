package io.akidb.catalog;

import static io.akidb.catalog.Fixture.KEYS;
import static io.akidb.catalog.Fixture.PRODUCTS;
import static io.akidb.catalog.Fixture.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.CollectionName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A bucket that version 1 of the format wrote, kept in {@code src/test/resources/golden/v1}: it
 * must stay readable for ever, and is what is written today. Written anew, for a new version's
 * folder only, by {@code -Dakidb.golden.write=true}.
 */
class GoldenFilesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/v1");
  private static final CollectionName DROPPED = new CollectionName("dropped");
  private static final CollectionName DEEP = new CollectionName("deep");

  @TempDir Path folder;
  private ObjectStore golden;
  private Catalog catalog;

  @BeforeEach
  void setUp() throws IOException {
    if (Boolean.getBoolean("akidb.golden.write")) {
      write();
    }
    golden = new InMemoryStore(new TestClock());
    try (Stream<Path> files = Files.walk(GOLDEN)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        golden.put(GOLDEN.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
      }
    }
    catalog = new Catalog(golden, Fixture.surroundings(new TestClock(), 1));
  }

  private void write() throws IOException {
    ObjectStore written = scenario().store;
    for (String key : content(written).keySet()) {
      Path file = GOLDEN.resolve(key);
      Files.createDirectories(file.getParent());
      Files.write(file, written.get(key, 1 << 20).bytes());
    }
  }

  /** One of everything: pages of two levels, writers, an index with tombstones, builds, a drop. */
  private Fixture scenario() {
    Fixture fixture = new Fixture(folder);
    VectorCollection collection = fixture.create();
    WriterEpoch writer = collection.acquireWriter("stream:orders");
    List<StagedSegment> staged = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      byte[] payload =
          ("{\"category\":\"c" + i + "\",\"price\":1.5}").getBytes(StandardCharsets.UTF_8);
      staged.add(
          fixture.stage(
              collection,
              VectorRecord.upsert("id-" + i, 100 + i, new float[] {i, 0.5f, -1}, payload)));
    }
    Manifest read = collection.append(staged, writer, 12);
    BuildRequests builds = collection.builds();
    // The defaults of when these files were written.
    UUID build =
        builds.request(new IndexParameters(64, 128, 1.2, 0, 4, 1_000_000, 0.2, 42)).buildId();
    BuildRequest lease = builds.lease(build, "builder-1", Duration.ofMinutes(10)).orElseThrow();
    try (SegmentWriter tombstones = collection.newTombstones(build, fixture.temporaryFile())) {
      tombstones.add(VectorRecord.tombstone("gone", 7));
      tombstones.finish();
    }
    fixture.build(build, read, 65, 2, 1).publish(collection);
    builds.complete(lease);
    fixture.clock.advance(Duration.ofSeconds(1));
    builds.request(new IndexParameters(32, 100, 1.1, 16, 2.5, 5_000, 0.1, 7));
    collection.append(
        List.of(fixture.stage(collection, VectorRecord.tombstone("id-69", 500))), null, -1);
    fixture.catalog.create(TENANT, DROPPED, CollectionSchema.of(4_096, Metric.L2));
    fixture.catalog.drop(TENANT, DROPPED);
    Pages pages = new Pages(new Bucket(fixture.store, fixture.surroundings), KEYS, DEEP);
    PageRef leaf =
        pages.writeSegments(
            List.of(new SegmentRef(staged.get(0), 5), new SegmentRef(staged.get(1), 6)));
    fixture.store.put(
        KEYS.collectionPrefix(DEEP) + "page-of-pages.txt",
        describe(pages.writePages(List.of(leaf))).getBytes(StandardCharsets.UTF_8));
    return fixture;
  }

  private static String describe(PageRef page) {
    return page.id() + "\n" + page.check().bytes() + "\n" + page.check().crc32c() + "\n";
  }

  private static SortedMap<String, String> content(ObjectStore store) {
    SortedMap<String, String> content = new TreeMap<>();
    ListPage page = store.list("", null, 1_000);
    assertThat(page.nextStartAfter()).isNull();
    for (ObjectMetadata object : page.objects()) {
      content.put(
          object.key(),
          new String(store.get(object.key(), 1 << 20).bytes(), StandardCharsets.ISO_8859_1));
    }
    return content;
  }

  @Test
  void write_today_isWhatIsKept() {
    assertThat(content(scenario().store)).isEqualTo(content(golden));
  }

  @Test
  void read_keptManifests_holdWhatWasCommitted() {
    VectorCollection collection = catalog.open(TENANT, PRODUCTS);
    Manifest head = collection.head();

    assertThat(head.generation()).isEqualTo(5);
    assertThat(head.schema()).isEqualTo(Fixture.SCHEMA);
    assertThat(head.nextSequence()).isEqualTo(71);
    assertThat(head.maxOrder()).isEqualTo(500);
    assertThat(head.freshSegmentCount()).isEqualTo(5);
    assertThat(head.writers().get("stream:orders").lastCheckpoint()).isEqualTo(12);
    assertThat(head.createdAt()).isEqualTo("2026-11-21T04:00:00Z");
    assertThat(head.committedAt()).isEqualTo("2026-11-21T04:00:01Z");
    assertThat(Fixture.ids(collection, head))
        .containsExactly("id-66", "id-67", "id-68", "id-69", "id-69");
    assertThat(collection.segments(collection.at(1))).isEmpty();
    assertThat(collection.at(2).writers()).hasSize(1);
    assertThat(collection.segments(collection.at(3))).hasSize(70);
    assertThatThrownBy(() -> catalog.open(TENANT, DROPPED))
        .isInstanceOf(CollectionNotFoundException.class);
    assertThat(catalog.create(TENANT, DROPPED, Fixture.SCHEMA).head().generation()).isEqualTo(3);
  }

  @Test
  void read_keptSegments_holdWhatWasWritten() {
    VectorCollection collection = catalog.open(TENANT, PRODUCTS);
    List<SegmentRef> segments = collection.segments(collection.at(3));
    for (int i = 0; i < 70; i++) {
      List<VectorRecord> rows = Fixture.readAll(collection, segments.get(i).segment());
      assertThat(rows).hasSize(1);
      assertThat(rows.get(0).id()).isEqualTo("id-" + i);
      assertThat(rows.get(0).order()).isEqualTo(100 + i);
      assertThat(rows.get(0).vector()).containsExactly(i, 0.5f, -1);
      assertThat(Attributes.parse(rows.get(0).payload(), Fixture.SCHEMA))
          .containsEntry("category", new AttributeValue.Text("c" + i));
    }
  }

  @Test
  void read_keptIndexAndBuilds_holdWhatWasPublished() {
    VectorCollection collection = catalog.open(TENANT, PRODUCTS);
    Manifest head = collection.head();

    IndexDescriptor index = collection.index(head).orElseThrow();
    assertThat(index.shards())
        .containsExactly(new ShardRef(0, 10, 4, 7), new ShardRef(1, 10, 4, 7));
    assertThat(index.parameters()).containsEntry("max_degree", "64");
    assertThat(head.index().absorbedThrough()).isEqualTo(65);
    try (SegmentReader tombstones = collection.readTombstones(head).orElseThrow()) {
      assertThat(tombstones.next().id()).isEqualTo("gone");
      assertThat(tombstones.hasNext()).isFalse();
    }
    BuildRequest done = collection.builds().get(index.buildId()).orElseThrow();
    assertThat(done.state()).isEqualTo(BuildRequest.State.READY);
    assertThat(done.owner()).isEqualTo("builder-1");
    BuildRequest latest = collection.builds().latest().orElseThrow();
    assertThat(latest.parameters())
        .isEqualTo(new IndexParameters(32, 100, 1.1, 16, 2.5, 5_000, 0.1, 7));
    assertThat(collection.builds().pending()).containsExactly(latest);
  }

  @Test
  void read_keptPageOfPages_leadsToItsSegments() {
    List<String> ref =
        new String(
                golden.get(KEYS.collectionPrefix(DEEP) + "page-of-pages.txt", 1_000).bytes(),
                StandardCharsets.UTF_8)
            .lines()
            .toList();
    Pages pages =
        new Pages(new Bucket(golden, Fixture.surroundings(new TestClock(), 1)), KEYS, DEEP);
    PageRef root =
        new PageRef(
            UUID.fromString(ref.get(0)),
            5,
            6,
            Head.Totals.NONE,
            new ObjectCheck(Long.parseLong(ref.get(1)), Integer.parseInt(ref.get(2))));

    assertThat(pages.readPages(root)).hasSize(1);
    assertThat(pages.readSegments(pages.readPages(root).get(0)))
        .extracting(SegmentRef::sequence)
        .containsExactly(5L, 6L);
  }
}
