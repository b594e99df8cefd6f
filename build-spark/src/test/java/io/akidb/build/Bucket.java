package io.akidb.build;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.akidb.catalog.Catalog;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexDescriptor;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.Retention;
import io.akidb.catalog.SegmentReader;
import io.akidb.catalog.SegmentWriter;
import io.akidb.catalog.ShardRef;
import io.akidb.catalog.StagedSegment;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.VectorIndex;
import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;

/**
 * A bucket with one collection, as a test fills it, builds it by the job's command line, and looks
 * at what came out.
 */
final class Bucket implements AutoCloseable {
  static final String TENANT = "default";
  static final String COLLECTION = "things";

  final BucketConfig config;
  final ObjectStore store;
  final Catalog catalog;
  final VectorCollection collection;
  private final Path scratch;

  /** Of {@link #run}; null builds all anew. */
  @Nullable MergeRule merging;

  private int files;

  private Bucket(BucketConfig config, Path scratch, CollectionSchema schema) {
    this.config = config;
    this.scratch = scratch;
    this.store = ObjectStores.open(config);
    this.catalog = new Catalog(store, Clock.systemUTC());
    this.collection =
        catalog.create(
            new TenantContext(new TenantId(TENANT), "test"),
            new CollectionName(COLLECTION),
            schema);
  }

  /** In a local directory. */
  static Bucket local(Path folder, CollectionSchema schema) {
    return new Bucket(
        BucketConfig.fromEnvironment(Map.of(), folder.resolve("bucket").toString(), null),
        folder,
        schema);
  }

  static Bucket at(BucketConfig config, Path scratch, CollectionSchema schema) {
    return new Bucket(config, scratch, schema);
  }

  StagedSegment stage(List<VectorRecord> rows) {
    try (SegmentWriter writer = collection.newSegment(scratch.resolve("segment-" + files++))) {
      rows.forEach(writer::add);
      return writer.finish();
    }
  }

  /** Commits rows as one segment. */
  Manifest append(List<VectorRecord> rows) {
    return collection.append(List.of(stage(rows)), null, 0);
  }

  /**
   * Runs a requested build in this JVM, without the command line.
   *
   * @param through the store that the driver writes through
   * @param wait for a lease that somebody else has
   */
  BuildSummary run(
      UUID build, ObjectStore through, Clock clock, ByteArrayOutputStream said, boolean wait) {
    try (SparkRun spark = new SparkRun(new SparkConf())) {
      CollectionBuild.Tools tools =
          new CollectionBuild.Tools(
              spark, through, new StoreAccess(config), clock, Duration.ofDays(7), merging);
      return new BuildRunner(
              tools,
              new BuildRunner.Leasing("test", Duration.ofSeconds(30)),
              new Retention(1, Duration.ofHours(24)),
              new JsonLines(new PrintStream(said, true, StandardCharsets.UTF_8)),
              true)
          .run(new CollectionAddress(TENANT, COLLECTION), build, wait);
    }
  }

  /** What the job said and how it ended. */
  record Run(int exitCode, List<JsonNode> lines, String errors) {
    JsonNode last() {
      return lines.getLast();
    }
  }

  /** Runs the job in this JVM on two cores. */
  Run build(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("--tenant", TENANT, "--collection", COLLECTION));
    arguments.addAll(List.of(more));
    return run(arguments);
  }

  Run run(List<String> arguments) {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of("--bucket", config.bucket()));
    Map<String, String> environment = new TreeMap<>();
    if (config.endpoint() != null) {
      all.addAll(List.of("--endpoint", config.endpoint().toString()));
      environment.put("AKIDB_ACCESS_KEY", config.accessKey());
      environment.put("AKIDB_SECRET_KEY", config.secretKey());
    }
    return run(environment, all);
  }

  static Run run(Map<String, String> environment, List<String> arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        BuildJob.run(
            environment,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            arguments.toArray(String[]::new));
    List<JsonNode> lines = new ArrayList<>();
    for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
      if (line.startsWith("{")) {
        lines.add(json(line));
      }
    }
    return new Run(
        code, lines, err.toString(StandardCharsets.UTF_8) + out.toString(StandardCharsets.UTF_8));
  }

  static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (IOException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /** The shards of the published index, opened; closed by the caller. */
  List<VectorIndex> openShards() throws IOException {
    Manifest head = collection.head();
    IndexDescriptor index = collection.index(head).orElseThrow();
    List<VectorIndex> shards = new ArrayList<>();
    for (ShardRef shard : index.shards()) {
      Path file = scratch.resolve("shard-" + index.buildId() + "-" + shard.partition());
      store.getToFile(
          collection
              .context()
              .namespace()
              .shardKey(collection.name(), index.buildId(), shard.partition()),
          file);
      shards.add(IndexProvider.of(head.schema().indexType().jsonName()).open(file));
    }
    return shards;
  }

  /** Ids of the tombstones that the published index carries, with their orders. */
  Map<String, Long> tombstones() {
    Map<String, Long> found = new TreeMap<>();
    collection
        .readTombstones(collection.head())
        .ifPresent(
            reader -> {
              try (SegmentReader rows = reader) {
                while (rows.hasNext()) {
                  VectorRecord row = rows.next();
                  found.put(row.id(), row.order());
                }
              }
            });
    return found;
  }

  /** Keys of what lies below a build. */
  List<String> objectsOf(UUID build) {
    return store
        .list(collection.context().namespace().buildPrefix(collection.name(), build), null, 1000)
        .objects()
        .stream()
        .map(object -> object.key())
        .toList();
  }

  @Override
  public void close() {
    store.close();
  }
}
