package io.akidb.catalog;

import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantNamespace;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;

/** A catalog over a bucket, with a clock that is moved by hand and pauses that take no time. */
final class Fixture {
  static final TenantContext TENANT = new TenantContext(TenantId.DEFAULT, "test");
  static final TenantNamespace KEYS = TENANT.namespace();
  static final CollectionName PRODUCTS = new CollectionName("products");
  static final int DIMENSION = 3;
  static final CollectionSchema SCHEMA =
      new CollectionSchema(
          DIMENSION,
          Metric.COSINE,
          IndexType.DISKANN,
          new TreeMap<>(
              java.util.Map.of(
                  "category", AttributeType.STRING,
                  "tags", AttributeType.STRING_LIST,
                  "stock", AttributeType.LONG,
                  "price", AttributeType.DOUBLE,
                  "sold", AttributeType.BOOLEAN)));

  final TestClock clock = new TestClock();
  final ObjectStore store;
  final Path folder;
  final Surroundings surroundings;
  final Catalog catalog;

  Fixture(Path folder) {
    this(folder, null, 42);
  }

  Fixture(Path folder, ObjectStore store, long seed) {
    this.folder = folder;
    this.store = store == null ? new InMemoryStore(clock) : store;
    this.surroundings = surroundings(clock, seed);
    this.catalog = new Catalog(this.store, surroundings);
  }

  static Surroundings surroundings(TestClock clock, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return new Surroundings(
        clock,
        () -> {
          synchronized (random) {
            return random.nextLong();
          }
        },
        pause -> {});
  }

  VectorCollection create() {
    return catalog.create(TENANT, PRODUCTS, SCHEMA);
  }

  GarbageCollector collector(int keepGenerations) {
    return collector(keepGenerations, GarbageCollector.DELETES_MAX);
  }

  GarbageCollector collector(int keepGenerations, int deletesMax) {
    return new GarbageCollector(
        new Bucket(store, surroundings),
        new Retention(keepGenerations, Retention.GRACE_MIN),
        deletesMax);
  }

  Path temporaryFile() {
    return folder.resolve(UUID.randomUUID() + ".tmp");
  }

  StagedSegment stage(VectorCollection collection, VectorRecord... rows) {
    try (SegmentWriter writer = collection.newSegment(temporaryFile())) {
      for (VectorRecord row : rows) {
        writer.add(row);
      }
      return writer.finish();
    }
  }

  /** A segment of one record whose id is the given text. */
  StagedSegment stage(VectorCollection collection, String id) {
    return stage(collection, row(id, 1));
  }

  static VectorRecord row(String id, long order) {
    return VectorRecord.upsert(id, order, new float[] {1, 2, order}, null);
  }

  static List<VectorRecord> readAll(VectorCollection collection, StagedSegment segment) {
    List<VectorRecord> rows = new ArrayList<>();
    try (SegmentReader reader = collection.read(segment)) {
      reader.forEachRemaining(rows::add);
    }
    return rows;
  }

  /** The ids of all records in the live segments of a generation, in order. */
  static List<String> ids(VectorCollection collection, Manifest manifest) {
    return collection.segments(manifest).stream()
        .flatMap(ref -> readAll(collection, ref.segment()).stream())
        .map(VectorRecord::id)
        .toList();
  }

  List<String> keysBelow(String prefix) {
    return store.list(prefix, null, 1_000).objects().stream().map(ObjectMetadata::key).toList();
  }

  /** Uploads the shards of a build that absorbs all up to a sequence, and describes it. */
  Build build(VectorCollection collection, Manifest read, long absorbedThrough, int shards) {
    return build(SegmentIds.timeOrdered(surroundings), read, absorbedThrough, shards, 0);
  }

  Build build(UUID id, Manifest read, long absorbedThrough, int shards, long tombstones) {
    List<ShardRef> refs =
        IntStream.range(0, shards).mapToObj(i -> new ShardRef(i, 10, 4, 7)).toList();
    for (ShardRef ref : refs) {
      store.put(KEYS.shardKey(PRODUCTS, id, ref.partition()), new byte[4]);
    }
    return new Build(
        new IndexDescriptor(id, refs, java.util.Map.of("max_degree", "64")),
        new IndexRef(
            id,
            IndexType.DISKANN,
            read.generation(),
            absorbedThrough,
            shards,
            10L * shards,
            tombstones,
            4L * shards,
            read.maxOrder(),
            Instant.parse("2026-11-21T05:00:00Z")));
  }

  record Build(IndexDescriptor descriptor, IndexRef ref) {
    Manifest publish(VectorCollection collection) {
      return collection.publishIndex(descriptor, ref);
    }
  }
}
