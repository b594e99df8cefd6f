package io.akidb.catalog;

import static io.akidb.catalog.Fixture.PRODUCTS;
import static io.akidb.catalog.Fixture.SCHEMA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The catalog on a real MinIO, below a tenant that no other run has. */
class CatalogIT {
  private static final int WRITERS = 12;
  private static final int APPENDS = 8;

  private final TenantContext tenant = new TenantContext(TenantId.random(), "test");
  @TempDir Path folder;
  private ObjectStore store;

  @BeforeEach
  void setUp() {
    String endpoint = System.getenv("AKIDB_TEST_MINIO");
    assumeTrue(
        endpoint != null,
        "skipped: the catalog on a real MinIO. './akidb test' starts one, or set AKIDB_TEST_MINIO,"
            + " AKIDB_TEST_MINIO_ACCESS_KEY and AKIDB_TEST_MINIO_SECRET_KEY");
    store =
        ObjectStores.open(
            new BucketConfig(
                "s3://akidb-test/catalog-it",
                URI.create(endpoint),
                BucketConfig.DEFAULT_REGION,
                System.getenv("AKIDB_TEST_MINIO_ACCESS_KEY"),
                System.getenv("AKIDB_TEST_MINIO_SECRET_KEY")));
  }

  @AfterEach
  void tearDown() {
    if (store != null) {
      store.close();
    }
  }

  private Catalog catalog() {
    return new Catalog(store, Clock.systemUTC());
  }

  private String appendAll(int writer) {
    VectorCollection collection = catalog().open(tenant, PRODUCTS);
    WriterEpoch epoch = writer % 2 == 0 ? collection.acquireWriter("w" + writer) : null;
    for (int i = 0; i < APPENDS; i++) {
      try (SegmentWriter segment = collection.newSegment(folder.resolve("w" + writer + "-" + i))) {
        segment.add(Fixture.row("w" + writer + "-" + i, i));
        StagedSegment staged = segment.finish();
        collection.append(List.of(staged), epoch, i);
        if (epoch != null) {
          collection.append(List.of(staged), epoch, i); // a replay
        }
      }
    }
    return "w" + writer;
  }

  @Test
  void append_manyWritersRace_noneIsLostOrDoubled() throws Exception {
    VectorCollection collection = catalog().create(tenant, PRODUCTS, SCHEMA);
    try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
      List<Callable<String>> writers =
          IntStream.range(0, WRITERS).mapToObj(i -> (Callable<String>) () -> appendAll(i)).toList();
      for (Future<String> writer : threads.invokeAll(writers)) {
        assertThat(writer.get()).startsWith("w");
      }
    }

    Manifest head = collection.head();
    List<String> expected = new ArrayList<>();
    IntStream.range(0, WRITERS * APPENDS)
        .forEach(i -> expected.add("w" + i / APPENDS + "-" + i % APPENDS));
    assertThat(Fixture.ids(collection, head)).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(head.generation()).isEqualTo(1 + WRITERS * APPENDS + WRITERS / 2);
    long before = 0;
    for (long generation = 1; generation <= head.generation(); generation++) {
      Manifest manifest = collection.at(generation);
      assertThat(manifest.nextSequence()).isBetween(before, before + 1);
      before = manifest.nextSequence();
    }
    assertThat(collection.headIfChanged(head)).isNull();
    assertThat(catalog().list(tenant, null, 10).names()).containsExactly(PRODUCTS);

    catalog().drop(tenant, PRODUCTS);
    assertThat(catalog().list(tenant, null, 10).names()).isEmpty();
    assertThat(catalog().create(tenant, PRODUCTS, SCHEMA).head().generation())
        .isEqualTo(head.generation() + 2);
  }

  @Test
  void create_manyRace_oneWins() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
      List<Callable<Boolean>> creators = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        creators.add(
            () -> {
              try {
                return catalog().create(tenant, PRODUCTS, SCHEMA).head().generation() == 1;
              } catch (CollectionExistsException e) {
                return false;
              }
            });
      }
      int winners = 0;
      for (Future<Boolean> creator : threads.invokeAll(creators)) {
        winners += creator.get() ? 1 : 0;
      }
      assertThat(winners).isEqualTo(1);
    }
  }
}
