package io.akidb.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.akidb.catalog.Catalog;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.Metric;
import io.akidb.catalog.SegmentReader;
import io.akidb.catalog.SegmentRef;
import io.akidb.catalog.SegmentWriter;
import io.akidb.catalog.StagedSegment;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** A bucket with one collection, and a look at what the job brought into it. */
final class Collected implements AutoCloseable {
  static final String TENANT = "default";
  static final String COLLECTION = "things";

  /** How {@link Events} writes vectors. */
  static final int DIMENSION = 4;

  private static final JsonMapper JSON = new JsonMapper();

  final BucketConfig config;
  final ObjectStore store;
  final VectorCollection collection;
  private final Path scratch;

  private Collected(BucketConfig config, Path scratch, int dimension) {
    this.config = config;
    this.scratch = scratch;
    this.store = ObjectStores.open(config);
    this.collection =
        new Catalog(store, Clock.systemUTC())
            .create(
                new TenantContext(new TenantId(TENANT), "test"),
                new CollectionName(COLLECTION),
                CollectionSchema.of(dimension, Metric.L2));
  }

  /** In a new folder {@code bucket} of a folder. */
  static Collected local(Path folder) {
    return local(folder, DIMENSION);
  }

  static Collected local(Path folder, int dimension) {
    String bucket = folder.resolve("bucket").toString();
    return at(BucketConfig.fromEnvironment(Map.of(), bucket, null), folder, dimension);
  }

  static Collected at(BucketConfig config, Path scratch, int dimension) {
    return new Collected(config, scratch, dimension);
  }

  /** The command line that names it. */
  List<String> arguments(String... more) {
    List<String> all = new ArrayList<>();
    all.addAll(List.of("--bucket", config.bucket(), "--tenant", TENANT));
    all.addAll(List.of("--collection", COLLECTION));
    if (config.endpoint() != null) {
      all.addAll(List.of("--endpoint", config.endpoint().toString()));
    }
    all.addAll(List.of(more));
    return all;
  }

  /** Commits rows as a node does for a REST request. */
  void append(List<VectorRecord> rows) {
    collection.append(List.of(stage(rows)), null, 0);
  }

  private StagedSegment stage(List<VectorRecord> rows) {
    try (SegmentWriter writer = collection.newSegment(scratch.resolve(UUID.randomUUID() + ""))) {
      rows.forEach(writer::add);
      return writer.finish();
    }
  }

  /** All rows that were committed, as often as they were, in their order in the manifest. */
  List<VectorRecord> rows() {
    List<VectorRecord> rows = new ArrayList<>();
    for (SegmentRef ref : collection.segments(collection.head())) {
      try (SegmentReader reader = collection.read(ref.segment())) {
        reader.forEachRemaining(rows::add);
      }
    }
    return rows;
  }

  /** The newest of each id, tombstones included: of equal orders the one that stands later. */
  static Map<String, VectorRecord> newest(List<VectorRecord> rows) {
    Map<String, VectorRecord> newest = new TreeMap<>();
    for (VectorRecord row : rows) {
      newest.merge(row.id(), row, (before, now) -> now.order() >= before.order() ? now : before);
    }
    return newest;
  }

  Manifest head() {
    return collection.head();
  }

  /** Lines of all published dead letters. */
  List<JsonNode> deadLetters() {
    List<JsonNode> lines = new ArrayList<>();
    for (ObjectMetadata object : below("dead-letters/")) {
      String text = new String(store.get(object.key(), 64 << 20).bytes(), StandardCharsets.UTF_8);
      text.lines().map(Collected::json).forEach(lines::add);
    }
    return lines;
  }

  /** Objects of the collection in one of its folders. */
  List<ObjectMetadata> below(String folder) {
    String prefix = collection.context().namespace().collectionPrefix(collection.name()) + folder;
    List<ObjectMetadata> objects = new ArrayList<>();
    String after = null;
    do {
      ListPage page = store.list(prefix, after, 1000);
      objects.addAll(page.objects());
      after = page.nextStartAfter();
    } while (after != null);
    return objects;
  }

  static JsonNode json(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(line, e);
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
