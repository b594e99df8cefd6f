package io.akidb.catalog;

import static io.akidb.catalog.Fixture.PRODUCTS;
import static io.akidb.catalog.Fixture.SCHEMA;
import static io.akidb.catalog.Fixture.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogTest {
  @TempDir Path folder;
  private Fixture fixture;
  private Catalog catalog;

  @BeforeEach
  void setUp() {
    fixture = new Fixture(folder);
    catalog = fixture.catalog;
  }

  @Test
  void create_nameIsFree_isEmptyAtItsFirstGeneration() {
    VectorCollection collection = fixture.create();

    Manifest head = collection.head();
    assertThat(head.generation()).isEqualTo(1);
    assertThat(head.schema()).isEqualTo(SCHEMA);
    assertThat(head.name()).isEqualTo(PRODUCTS);
    assertThat(head.tenant()).isEqualTo(TenantId.DEFAULT);
    assertThat(head.freshRows()).isZero();
    assertThat(head.freshBytes()).isZero();
    assertThat(head.freshSegmentCount()).isZero();
    assertThat(head.maxOrder()).isEqualTo(-1);
    assertThat(head.nextSequence()).isZero();
    assertThat(head.absorbedThrough()).isEqualTo(-1);
    assertThat(head.index()).isNull();
    assertThat(head.writers()).isEmpty();
    assertThat(head.createdAt()).isEqualTo(fixture.clock.instant());
    assertThat(head.committedAt()).isEqualTo(fixture.clock.instant());
    assertThat(head).hasToString("Manifest[products@1]");
    assertThat(collection.segments(head)).isEmpty();
    assertThat(collection.index(head)).isEmpty();
    assertThat(collection.readTombstones(head)).isEmpty();
    assertThat(collection.name()).isEqualTo(PRODUCTS);
    assertThat(collection.context()).isEqualTo(TENANT);
    assertThat(collection.schema()).isEqualTo(SCHEMA);
  }

  @Test
  void create_nameIsTaken_isRefused() {
    fixture.create();

    assertThatThrownBy(fixture::create)
        .isInstanceOf(CollectionExistsException.class)
        .hasMessageContaining("products");
  }

  @Test
  void open_anotherTenantsCollection_isNotFound() {
    fixture.create();

    TenantContext other = new TenantContext(TenantId.random(), "test");
    assertThatThrownBy(() -> catalog.open(other, PRODUCTS))
        .isInstanceOf(CollectionNotFoundException.class);
    assertThat(catalog.open(TENANT, PRODUCTS).head().generation()).isEqualTo(1);
  }

  @Test
  void open_headOfAnotherCollection_isCorrupt() {
    fixture.create();
    CollectionName copy = new CollectionName("copy");
    byte[] head = fixture.store.get(Fixture.KEYS.headKey(PRODUCTS), 100_000).bytes();
    fixture.store.put(Fixture.KEYS.headKey(copy), head);

    assertThatThrownBy(() -> catalog.open(TENANT, copy))
        .isInstanceOf(CorruptManifestException.class);
  }

  @Test
  void list_manyCollections_pagesThroughTheLiveOnesByName() {
    for (int i = 0; i < 25; i++) {
      catalog.create(TENANT, new CollectionName("c" + (char) ('a' + i)), SCHEMA);
    }
    catalog.drop(TENANT, new CollectionName("ca"));
    catalog.drop(TENANT, new CollectionName("cf"));
    catalog.drop(TENANT, new CollectionName("cy"));
    fixture.store.put(Fixture.KEYS.collectionsPrefix() + "UPPER/manifest.json", new byte[1]);
    fixture.store.put(Fixture.KEYS.collectionsPrefix() + "nohead/segments/x.avro", new byte[1]);
    fixture.store.put(Fixture.KEYS.collectionsPrefix() + "damaged/manifest.json", new byte[1]);

    CollectionPage page = catalog.list(TENANT, null, 10);
    assertThat(page.names()).extracting(CollectionName::value).startsWith("cb", "cc", "cd", "ce");
    assertThat(page.names()).hasSize(10);
    List<CollectionName> rest = catalog.list(TENANT, page.nextStartAfter(), 1_000).names();
    assertThat(rest).hasSize(13).last().hasToString("damaged");
    assertThat(rest).doesNotContainAnyElementsOf(page.names());
  }

  @Test
  void forEach_manyCollections_showsTheirHeadsAtTheCostOfOneReadEach() {
    CountingStore counting = new CountingStore(fixture.store);
    Catalog counted = new Catalog(counting.store, fixture.clock);
    for (int i = 0; i < 5; i++) {
      catalog.create(TENANT, new CollectionName("c" + i), SCHEMA);
    }
    catalog.drop(TENANT, new CollectionName("c3"));
    fixture.store.put(Fixture.KEYS.collectionsPrefix() + "damaged/manifest.json", new byte[1]);
    Map<String, String> shown = new TreeMap<>();

    String next =
        counted.forEach(
            TENANT, null, 4, (name, head) -> shown.put(name.value(), String.valueOf(head)));

    assertThat(shown)
        .containsExactly(
            Map.entry("c0", "Manifest[c0@1]"),
            Map.entry("c1", "Manifest[c1@1]"),
            Map.entry("c2", "Manifest[c2@1]"),
            Map.entry("c4", "Manifest[c4@1]"));
    assertThat(counting.requests).containsEntry("listFolders", 2).containsEntry("get", 5);
    assertThat(next).isEqualTo("c4");
    counting.reset();
    assertThat(
            counted.forEach(
                TENANT, next, 4, (name, head) -> shown.put(name.value(), String.valueOf(head))))
        .isNull();
    assertThat(shown).containsEntry("damaged", "null");
  }

  @Test
  void forEach_ofSomeNames_readsNoOthersAndNamesNone() {
    CountingStore counting = new CountingStore(fixture.store);
    Catalog counted = new Catalog(counting.store, fixture.clock);
    for (String name : List.of("a", "b-1", "c", "d", "e-1", "f")) {
      catalog.create(TENANT, new CollectionName(name), SCHEMA);
    }
    List<String> shown = new ArrayList<>();
    Predicate<CollectionName> some = name -> name.value().endsWith("-1");

    String next = counted.forEach(TENANT, null, 1, some, (name, head) -> shown.add(name.value()));

    assertThat(next).isEqualTo("b-1");
    assertThat(counted.forEach(TENANT, next, 1, some, (name, head) -> shown.add(name.value())))
        .isNull();
    assertThat(shown).containsExactly("b-1", "e-1");
    assertThat(counting.requests).containsEntry("get", 2).containsEntry("listFolders", 4);
  }

  @Test
  void known_ofAnOpenedCollection_isWhatTheOpeningRead() {
    fixture.create();
    CountingStore counting = new CountingStore(fixture.store);

    VectorCollection opened = new Catalog(counting.store, fixture.clock).open(TENANT, PRODUCTS);

    assertThat(opened.known().generation()).isEqualTo(1);
    assertThat(opened.known().schema()).isEqualTo(SCHEMA);
    assertThat(counting.total()).isEqualTo(1);
  }

  @Test
  void list_noCollections_isEmpty() {
    assertThat(catalog.list(TENANT, null, 1)).isEqualTo(new CollectionPage(List.of(), null));
    assertThatThrownBy(() -> catalog.list(TENANT, null, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> catalog.list(TENANT, null, 1_001))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void drop_collection_isGoneAtOnceForAllWhoHoldIt() {
    VectorCollection held = fixture.create();
    StagedSegment staged = fixture.stage(held, "a");
    Manifest known = held.head();

    catalog.drop(TENANT, PRODUCTS);

    assertThatThrownBy(() -> catalog.open(TENANT, PRODUCTS))
        .isInstanceOf(CollectionNotFoundException.class);
    assertThatThrownBy(() -> catalog.drop(TENANT, PRODUCTS))
        .isInstanceOf(CollectionNotFoundException.class);
    assertThatThrownBy(held::head).isInstanceOf(CollectionNotFoundException.class);
    assertThatThrownBy(() -> held.headIfChanged(known))
        .isInstanceOf(CollectionNotFoundException.class);
    assertThatThrownBy(() -> held.append(List.of(staged), null, -1))
        .isInstanceOf(CollectionNotFoundException.class);
  }

  @Test
  void create_afterDrop_sharesNothingWithTheOldOne() {
    VectorCollection old = fixture.create();
    String oldToken = old.append(List.of(fixture.stage(old, "a")), null, -1).commitToken();
    StagedSegment stagedForOld = fixture.stage(old, "b");
    catalog.drop(TENANT, PRODUCTS);

    VectorCollection recreated = fixture.create();

    Manifest head = recreated.head();
    assertThat(head.generation()).isEqualTo(4); // numbers go on
    assertThat(recreated.segments(head)).isEmpty();
    assertThatThrownBy(() -> recreated.at(2)).isInstanceOf(GenerationNotFoundException.class);
    assertThatThrownBy(() -> recreated.at(3)).isInstanceOf(GenerationNotFoundException.class);
    assertThatThrownBy(() -> head.generationOf(oldToken))
        .isInstanceOf(InvalidCommitTokenException.class)
        .hasMessageContaining("another collection");
    assertThatThrownBy(() -> recreated.append(List.of(stagedForOld), null, -1))
        .isInstanceOf(SegmentMissingException.class);
    assertThatThrownBy(() -> old.append(List.of(stagedForOld), null, -1))
        .isInstanceOf(CollectionNotFoundException.class);
    assertThatThrownBy(old::head).isInstanceOf(CollectionNotFoundException.class);
    assertThat(recreated.head().generation()).isEqualTo(4);
  }

  @Test
  void open_newerFormat_saysSo() {
    fixture.create();
    String json =
        new String(
            fixture.store.get(Fixture.KEYS.headKey(PRODUCTS), 100_000).bytes(),
            StandardCharsets.UTF_8);
    fixture.store.put(
        Fixture.KEYS.headKey(PRODUCTS),
        json.replace("\"format_version\":1", "\"format_version\":2")
            .getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> catalog.open(TENANT, PRODUCTS))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("version 2");
  }
}
