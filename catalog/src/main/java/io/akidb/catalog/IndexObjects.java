package io.akidb.catalog;

import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectNotFoundException;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantNamespace;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.io.Encoder;
import org.jspecify.annotations.Nullable;

/** The objects of a build, {@code index.avro} above all; {@code manifest-v1.md}, "The index". */
record IndexObjects(Bucket bucket, TenantNamespace namespace, CollectionName collection) {
  private static final int LIST_LIMIT = 1_000;
  private static final String PARAMETER_PREFIX = "akidb.parameter.";

  static final Schema SCHEMA =
      SchemaBuilder.record("ShardEntry")
          .namespace("io.akidb.manifest")
          .fields()
          .requiredInt("partition")
          .requiredLong("rows")
          .requiredLong("bytes")
          .requiredInt("crc32c")
          .endRecord();

  /** Checks that a build is whole and uploads its descriptor. */
  PublishedIndex prepare(IndexDescriptor descriptor, IndexRef ref, CollectionSchema schema) {
    checkFigures(descriptor, ref);
    checkShards(descriptor);
    StagedSegment tombstones = ref.tombstones() == 0 ? null : checkTombstones(ref, schema);
    byte[] content = encode(descriptor);
    bucket.put(namespace.indexKey(collection, ref.buildId()), content);
    return new PublishedIndex(ref, 0, ObjectCheck.of(content), tombstones);
  }

  private static void checkFigures(IndexDescriptor descriptor, IndexRef ref) {
    long bytes = descriptor.shards().stream().mapToLong(ShardRef::bytes).sum();
    if (!descriptor.buildId().equals(ref.buildId())
        || descriptor.shards().size() != ref.shards()
        || bytes != ref.bytes()
        || ref.rows() < 0
        || ref.tombstones() < 0) {
      throw new IncompleteBuildException(
          "the index reference of build "
              + ref.buildId()
              + " says "
              + ref.shards()
              + " shards with "
              + ref.bytes()
              + " bytes, its descriptor "
              + descriptor.shards().size()
              + " with "
              + bytes);
    }
  }

  private void checkShards(IndexDescriptor descriptor) {
    Map<String, Long> expected = new HashMap<>();
    for (ShardRef shard : descriptor.shards()) {
      String key = namespace.shardKey(collection, descriptor.buildId(), shard.partition());
      if (expected.put(key, shard.bytes()) != null) {
        throw new IncompleteBuildException("shard " + shard.partition() + " is listed twice");
      }
    }
    String prefix = namespace.buildPrefix(collection, descriptor.buildId());
    String after = null;
    do {
      ListPage page = bucket.store().list(prefix, after, LIST_LIMIT);
      for (ObjectMetadata object : page.objects()) {
        expected.remove(object.key(), object.size());
      }
      after = page.nextStartAfter();
    } while (after != null);
    if (!expected.isEmpty()) {
      throw new IncompleteBuildException(
          expected.size() + " of its shards are missing or not of the size listed");
    }
  }

  private StagedSegment checkTombstones(IndexRef ref, CollectionSchema schema) {
    String key = namespace.tombstonesKey(collection, ref.buildId());
    long rows = 0;
    long minOrder = Long.MAX_VALUE;
    long maxOrder = Long.MIN_VALUE;
    CheckedInput input = open(key);
    try (input) {
      AvroRows<VectorRecord> records =
          new AvroRows<>(input, SegmentFormat.SCHEMA, SegmentFormat.decoder(schema.dimension()));
      while (records.hasNext()) {
        VectorRecord row = records.next();
        if (!row.isTombstone()) {
          throw new MalformedException("a vector among the tombstones");
        }
        rows++;
        minOrder = Math.min(minOrder, row.order());
        maxOrder = Math.max(maxOrder, row.order());
      }
    } catch (IOException | AvroRuntimeException e) {
      throw new IncompleteBuildException("its tombstones cannot be read: " + e.getMessage());
    }
    if (rows != ref.tombstones()) {
      throw new IncompleteBuildException(
          "it has " + rows + " tombstones, its reference says " + ref.tombstones());
    }
    ObjectCheck check = input.check();
    return new StagedSegment(
        ref.buildId(),
        Math.toIntExact(rows),
        Math.toIntExact(rows),
        check.bytes(),
        check.crc32c(),
        minOrder,
        maxOrder);
  }

  private CheckedInput open(String key) {
    try {
      return new CheckedInput(bucket.store().open(key), Long.MAX_VALUE);
    } catch (ObjectNotFoundException e) {
      throw new IncompleteBuildException("its tombstones are missing");
    }
  }

  static byte[] encode(IndexDescriptor descriptor) {
    Map<String, String> metadata = new TreeMap<>();
    descriptor.parameters().forEach((name, value) -> metadata.put(PARAMETER_PREFIX + name, value));
    return AvroWriting.write(
        SCHEMA, descriptor.buildId(), metadata, IndexObjects::encode, descriptor.shards());
  }

  /**
   * Reads the descriptor of a published index.
   *
   * @throws CorruptManifestException if it is missing or not what was written
   */
  IndexDescriptor read(PublishedIndex index) {
    String what = "index of build " + index.ref().buildId();
    byte[] content =
        Pages.checked(
            bucket,
            namespace.indexKey(collection, index.ref().buildId()),
            index.descriptor(),
            what);
    try {
      AvroRows<ShardRef> file =
          new AvroRows<>(new ByteArrayInputStream(content), SCHEMA, IndexObjects::decode);
      List<ShardRef> shards = new ArrayList<>();
      while (file.hasNext()) {
        if (shards.size() == index.ref().shards()) {
          throw new MalformedException("too many shards");
        }
        shards.add(file.next());
      }
      return new IndexDescriptor(
          index.ref().buildId(), shards, file.metadataBelow(PARAMETER_PREFIX));
    } catch (IOException | AvroRuntimeException | IllegalArgumentException e) {
      throw new CorruptManifestException(what + ": " + e.getMessage(), e);
    }
  }

  private static void encode(ShardRef shard, Encoder out) throws IOException {
    out.writeInt(shard.partition());
    out.writeLong(shard.rows());
    out.writeLong(shard.bytes());
    out.writeInt(shard.crc32c());
  }

  private static ShardRef decode(AvroInput in) throws IOException {
    return new ShardRef(
        (int) in.number(0, Integer.MAX_VALUE),
        in.number(0, Long.MAX_VALUE),
        in.number(0, Long.MAX_VALUE),
        (int) in.number(Integer.MIN_VALUE, Integer.MAX_VALUE));
  }

  /** What a published index carries over, or null. */
  @Nullable SegmentReader tombstones(PublishedIndex index, CollectionSchema schema) {
    StagedSegment segment = index.tombstones();
    return segment == null
        ? null
        : new SegmentReader(
            bucket.store(),
            namespace.tombstonesKey(collection, index.ref().buildId()),
            segment,
            schema);
  }
}
