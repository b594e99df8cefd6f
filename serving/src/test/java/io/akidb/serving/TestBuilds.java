package io.akidb.serving;

import io.akidb.catalog.AttributeValue;
import io.akidb.catalog.Attributes;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexDescriptor;
import io.akidb.catalog.IndexRef;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.SegmentReader;
import io.akidb.catalog.SegmentRef;
import io.akidb.catalog.SegmentWriter;
import io.akidb.catalog.ShardRef;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.diskann.AttributeType;
import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.BuildReport;
import io.akidb.diskann.IndexBuilder;
import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.PartitionRouter;
import io.akidb.diskann.VectorIndex;
import io.akidb.objectstore.ObjectStore;
import io.akidb.serving.fresh.QueryVector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Builds an index as the bulk job does, small and in this process: newest per id, partitions with
 * overlap, shards.
 */
public final class TestBuilds {
  private final ObjectStore store;
  private final Path folder;

  public TestBuilds(ObjectStore store, Path folder) {
    this.store = store;
    this.folder = folder;
  }

  /** A build that has read a generation and waits to be published. */
  public record Prepared(VectorCollection collection, IndexDescriptor descriptor, IndexRef ref) {
    public Manifest publish() {
      return collection.publishIndex(descriptor, ref);
    }
  }

  public Manifest build(VectorCollection collection, int partitions) throws Exception {
    return prepare(collection, partitions).publish();
  }

  public Prepared prepare(VectorCollection collection, int partitions) throws Exception {
    Manifest manifest = collection.head();
    CollectionSchema schema = manifest.schema();
    Map<String, VectorRecord> newest = new TreeMap<>();
    readIndexed(collection, manifest, newest);
    collection
        .readTombstones(manifest)
        .ifPresent(
            reader -> {
              try (reader) {
                reader.forEachRemaining(row -> newest.merge(row.id(), row, TestBuilds::newer));
              }
            });
    long last = manifest.absorbedThrough();
    for (SegmentRef segment : collection.segments(manifest)) {
      try (SegmentReader reader = collection.read(segment.segment())) {
        reader.forEachRemaining(row -> newest.merge(row.id(), row, TestBuilds::newer));
      }
      last = segment.sequence();
    }
    List<VectorRecord> live = newest.values().stream().filter(r -> !r.isTombstone()).toList();
    List<VectorRecord> dead = newest.values().stream().filter(VectorRecord::isTombstone).toList();
    long maxOrder = newest.values().stream().mapToLong(VectorRecord::order).max().orElse(-1);
    UUID build = UUID.randomUUID();
    List<ShardRef> shards = writeShards(collection, schema, build, live, partitions);
    if (!dead.isEmpty()) {
      try (SegmentWriter writer = collection.newTombstones(build, folder.resolve("tomb" + build))) {
        dead.forEach(writer::add);
        writer.finish();
      }
    }
    IndexRef ref =
        new IndexRef(
            build,
            schema.indexType(),
            manifest.generation(),
            last,
            shards.size(),
            live.size(),
            dead.size(),
            shards.stream().mapToLong(ShardRef::bytes).sum(),
            maxOrder,
            Instant.now().truncatedTo(java.time.temporal.ChronoUnit.MILLIS));
    return new Prepared(collection, new IndexDescriptor(build, shards, Map.of()), ref);
  }

  private static VectorRecord newer(VectorRecord old, VectorRecord row) {
    return row.order() >= old.order() ? row : old;
  }

  private void readIndexed(
      VectorCollection collection, Manifest manifest, Map<String, VectorRecord> into)
      throws Exception {
    if (manifest.index() == null) {
      return;
    }
    IndexDescriptor descriptor = collection.index(manifest).orElseThrow();
    for (ShardRef shard : descriptor.shards()) {
      Path file = folder.resolve("old-" + UUID.randomUUID());
      store.getToFile(
          collection
              .context()
              .namespace()
              .shardKey(collection.name(), descriptor.buildId(), shard.partition()),
          file);
      try (VectorIndex index =
          IndexProvider.of(manifest.schema().indexType().jsonName()).open(file)) {
        for (int node = 0; node < index.size(); node++) {
          float[] vector = new float[manifest.schema().dimension()];
          index.vector(node, vector);
          byte[] payload = index.payload(node);
          into.put(
              index.vectorId(node),
              VectorRecord.upsert(
                  index.vectorId(node),
                  index.order(node),
                  vector,
                  payload.length == 0 ? null : payload));
        }
      }
      Files.delete(file);
    }
  }

  private List<ShardRef> writeShards(
      VectorCollection collection,
      CollectionSchema schema,
      UUID build,
      List<VectorRecord> live,
      int partitions)
      throws Exception {
    if (live.isEmpty()) {
      return List.of();
    }
    var metric = QueryVector.metricOf(schema.metric());
    PartitionRouter router =
        PartitionRouter.train(
            live.stream().map(VectorRecord::vector).toArray(float[][]::new), metric, partitions, 7);
    store.put(
        collection.context().namespace().routerKey(collection.name(), build), router.toBytes());
    Map<Integer, List<VectorRecord>> placed = new HashMap<>();
    for (VectorRecord row : live) {
      for (int partition : router.assign(row.vector(), 0.2f, 2)) {
        placed.computeIfAbsent(partition, p -> new ArrayList<>()).add(row);
      }
    }
    SortedMap<String, AttributeType> types = new TreeMap<>();
    schema
        .attributes()
        .forEach((name, type) -> types.put(name, AttributeType.valueOf(type.name())));
    List<ShardRef> shards = new ArrayList<>();
    for (Map.Entry<Integer, List<VectorRecord>> entry : new TreeMap<>(placed).entrySet()) {
      Path file = folder.resolve("shard-" + UUID.randomUUID());
      try (IndexBuilder builder =
          IndexProvider.of(schema.indexType().jsonName())
              .builder(
                  new IndexSchema(schema.dimension(), metric, types),
                  BuildParameters.defaults().withThreads(1),
                  null,
                  folder)) {
        for (VectorRecord row : entry.getValue()) {
          builder.add(
              new IndexRecord(
                  row.id(),
                  row.order(),
                  row.vector(),
                  row.payload() == null ? new byte[0] : row.payload(),
                  attributes(row, schema)));
        }
        BuildReport report = builder.build(file, BuildProgress.NONE);
        store.putFile(
            collection.context().namespace().shardKey(collection.name(), build, entry.getKey()),
            file);
        shards.add(new ShardRef(entry.getKey(), report.vectors(), report.bytes(), report.crc32c()));
      }
      Files.delete(file);
    }
    return shards;
  }

  private static Map<String, io.akidb.diskann.AttributeValue> attributes(
      VectorRecord row, CollectionSchema schema) {
    Map<String, io.akidb.diskann.AttributeValue> values = new HashMap<>();
    Attributes.parse(row.payload(), schema)
        .forEach(
            (name, value) ->
                values.put(
                    name,
                    switch (value) {
                      case AttributeValue.Text(var v) ->
                          new io.akidb.diskann.AttributeValue.Text(v);
                      case AttributeValue.TextList(var v) ->
                          new io.akidb.diskann.AttributeValue.TextList(v);
                      case AttributeValue.Whole(var v) ->
                          new io.akidb.diskann.AttributeValue.Int64(v);
                      case AttributeValue.Real(var v) ->
                          new io.akidb.diskann.AttributeValue.Float64(v);
                      case AttributeValue.Flag(var v) ->
                          new io.akidb.diskann.AttributeValue.Bool(v);
                    }));
    return values;
  }
}
