package io.akidb.bench.tenants;

import io.akidb.bench.BenchException;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexDescriptor;
import io.akidb.catalog.IndexRef;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.Metric;
import io.akidb.catalog.SegmentRef;
import io.akidb.catalog.SegmentWriter;
import io.akidb.catalog.ShardRef;
import io.akidb.catalog.StagedSegment;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.diskann.AttributeType;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.BuildReport;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexBuilder;
import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.PartitionRouter;
import io.akidb.objectstore.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Fills collections, and builds what they hold into one shard, as the bulk job does but without
 * starting Spark for each. Rows have an attribute {@code shelf}, 0 to 9, by which row filters
 * choose.
 */
final class CollectionBuild {
  static final String SHELF = "shelf";
  private static final int SHELVES = 10;
  private static final long ROUTER_SEED = 7;

  private final ObjectStore store;
  private final Path folder;
  private final Clock clock;
  private final int threads;

  /**
   * Works on a bucket.
   *
   * @param folder takes temporary files
   * @param threads that build
   */
  CollectionBuild(ObjectStore store, Path folder, Clock clock, int threads) {
    this.store = store;
    this.folder = folder;
    this.clock = clock;
    this.threads = threads;
  }

  static CollectionSchema schema(int dimension, Metric metric) {
    return new CollectionSchema(
        dimension,
        metric,
        io.akidb.catalog.IndexType.DISKANN,
        new TreeMap<>(Map.of(SHELF, io.akidb.catalog.AttributeType.LONG)));
  }

  /** Commits rows {@code [n][dimension]} as one segment; their ids are their numbers. */
  Manifest append(VectorCollection collection, float[][] rows) {
    try (SegmentWriter writer =
        collection.newSegment(folder.resolve("segment-" + UUID.randomUUID()))) {
      for (int row = 0; row < rows.length; row++) {
        writer.add(VectorRecord.upsert(Integer.toString(row), row, rows[row], payload(row)));
      }
      StagedSegment staged = writer.finish();
      return collection.append(List.of(staged), null, 0);
    }
  }

  static byte[] payload(int row) {
    return ("{\"" + SHELF + "\":" + row % SHELVES + "}").getBytes(StandardCharsets.UTF_8);
  }

  /** Builds the rows that were appended last, and publishes the index. */
  Manifest build(VectorCollection collection, float[][] rows, DistanceMetric metric) {
    Manifest manifest = collection.head();
    UUID build = UUID.randomUUID();
    ShardRef shard = writeShard(collection, build, rows, metric);
    long last =
        collection.segments(manifest).stream().mapToLong(SegmentRef::sequence).max().orElse(-1);
    IndexRef ref =
        new IndexRef(
            build,
            manifest.schema().indexType(),
            manifest.generation(),
            last,
            1,
            rows.length,
            0,
            shard.bytes(),
            manifest.maxOrder(),
            clock.instant().truncatedTo(ChronoUnit.MILLIS));
    return collection.publishIndex(new IndexDescriptor(build, List.of(shard), Map.of()), ref);
  }

  private ShardRef writeShard(
      VectorCollection collection, UUID build, float[][] rows, DistanceMetric metric) {
    store.put(
        collection.context().namespace().routerKey(collection.name(), build),
        PartitionRouter.train(rows, metric, 1, ROUTER_SEED).toBytes());
    SortedMap<String, AttributeType> attributes = new TreeMap<>(Map.of(SHELF, AttributeType.LONG));
    IndexSchema schema = new IndexSchema(rows[0].length, metric, attributes);
    Path file = folder.resolve("shard-" + build);
    try (IndexBuilder builder =
        IndexProvider.of(collection.schema().indexType().jsonName())
            .builder(schema, BuildParameters.defaults().withThreads(threads), null, folder)) {
      for (int row = 0; row < rows.length; row++) {
        builder.add(
            new IndexRecord(
                Integer.toString(row),
                row,
                rows[row],
                payload(row),
                Map.of(SHELF, new AttributeValue.Int64(row % SHELVES))));
      }
      BuildReport report = builder.build(file, BuildProgress.NONE);
      store.putFile(collection.context().namespace().shardKey(collection.name(), build, 0), file);
      return new ShardRef(0, report.vectors(), report.bytes(), report.crc32c());
    } finally {
      delete(file);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new BenchException("cannot delete " + file, e);
    }
  }
}
