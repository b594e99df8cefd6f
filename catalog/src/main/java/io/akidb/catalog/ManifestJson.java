package io.akidb.catalog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.InvalidNameException;
import io.akidb.tenancy.TenantId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The head as JSON; {@code catalog/spec/manifest-v1.md}, "The head". */
final class ManifestJson {
  static final int FORMAT_VERSION = 1;

  private static final JsonFactory JSON = new JsonFactory();
  private static final String LIVE = "live";
  private static final String DROPPED = "dropped";

  private ManifestJson() {}

  static byte[] encode(Head head) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      out.writeStartObject();
      out.writeNumberField("format_version", FORMAT_VERSION);
      out.writeStringField("state", head.dropped() ? DROPPED : LIVE);
      out.writeStringField("collection_id", head.collectionId().toString());
      out.writeStringField("tenant_id", head.tenant().value());
      out.writeStringField("name", head.name().value());
      writeSchema(out, head.schema());
      out.writeNumberField("generation", head.generation());
      out.writeNumberField("first_generation", head.firstGeneration());
      out.writeStringField("commit_id", head.commitId().toString());
      out.writeStringField("created_at", head.createdAt().toString());
      out.writeStringField("committed_at", head.committedAt().toString());
      out.writeNumberField("next_sequence", head.nextSequence());
      out.writeNumberField("max_order", head.maxOrder());
      out.writeObjectFieldStart("fresh");
      writeTotals(out, head.fresh());
      out.writeEndObject();
      writeWriters(out, head.writers());
      writeIndex(out, head.index());
      writeCollected(out, head.collected());
      writeTree(out, head.segments());
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void writeSchema(JsonGenerator out, CollectionSchema schema) throws IOException {
    out.writeObjectFieldStart("schema");
    out.writeNumberField("vector_dim", schema.dimension());
    out.writeStringField("distance", schema.metric().jsonName());
    out.writeStringField("index_type", schema.indexType().jsonName());
    out.writeObjectFieldStart("attributes");
    for (Map.Entry<String, AttributeType> attribute : schema.attributes().entrySet()) {
      out.writeStringField(attribute.getKey(), attribute.getValue().jsonName());
    }
    out.writeEndObject();
    out.writeEndObject();
  }

  private static void writeTotals(JsonGenerator out, Head.Totals totals) throws IOException {
    out.writeNumberField("segments", totals.segments());
    out.writeNumberField("rows", totals.rows());
    out.writeNumberField("bytes", totals.bytes());
  }

  private static void writeWriters(JsonGenerator out, SortedMap<String, WriterEpoch> writers)
      throws IOException {
    out.writeObjectFieldStart("writers");
    for (WriterEpoch writer : writers.values()) {
      out.writeObjectFieldStart(writer.writer());
      out.writeNumberField("epoch", writer.epoch());
      out.writeNumberField("last_checkpoint", writer.lastCheckpoint());
      out.writeEndObject();
    }
    out.writeEndObject();
  }

  private static void writeIndex(JsonGenerator out, @Nullable PublishedIndex index)
      throws IOException {
    if (index == null) {
      out.writeNullField("index");
      return;
    }
    IndexRef ref = index.ref();
    out.writeObjectFieldStart("index");
    out.writeStringField("build_id", ref.buildId().toString());
    out.writeStringField("type", ref.type().jsonName());
    out.writeNumberField("read_generation", ref.readGeneration());
    out.writeNumberField("absorbed_through", ref.absorbedThrough());
    out.writeNumberField("shards", ref.shards());
    out.writeNumberField("rows", ref.rows());
    out.writeNumberField("tombstones", ref.tombstones());
    out.writeNumberField("bytes", ref.bytes());
    out.writeNumberField("max_order", ref.maxOrder());
    out.writeStringField("built_at", ref.builtAt().toString());
    out.writeNumberField("published_generation", index.generation());
    out.writeNumberField("descriptor_bytes", index.descriptor().bytes());
    out.writeNumberField("descriptor_crc32c", Integer.toUnsignedLong(index.descriptor().crc32c()));
    StagedSegment tombstones = index.tombstones();
    if (tombstones == null) {
      out.writeNullField("tombstone_segment");
    } else {
      out.writeObjectFieldStart("tombstone_segment");
      writeSegment(out, tombstones);
      out.writeEndObject();
    }
    out.writeEndObject();
  }

  private static void writeCollected(JsonGenerator out, Head.Collected collected)
      throws IOException {
    out.writeObjectFieldStart("collected");
    out.writeStringField("before", collected.before().toString());
    out.writeArrayFieldStart("builds");
    for (UUID build : collected.builds()) {
      out.writeString(build.toString());
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private static void writeTree(JsonGenerator out, SegmentTree tree) throws IOException {
    out.writeObjectFieldStart("segments");
    out.writeArrayFieldStart("newest");
    for (SegmentRef ref : tree.newest()) {
      out.writeStartObject();
      out.writeNumberField("sequence", ref.sequence());
      writeSegment(out, ref.segment());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeArrayFieldStart("levels");
    for (List<PageRef> level : tree.levels()) {
      out.writeStartArray();
      for (PageRef page : level) {
        out.writeStartObject();
        out.writeStringField("id", page.id().toString());
        out.writeNumberField("first_sequence", page.firstSequence());
        out.writeNumberField("last_sequence", page.lastSequence());
        writeTotals(out, page.totals());
        out.writeNumberField("page_bytes", page.check().bytes());
        out.writeNumberField("page_crc32c", Integer.toUnsignedLong(page.check().crc32c()));
        out.writeEndObject();
      }
      out.writeEndArray();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private static void writeSegment(JsonGenerator out, StagedSegment segment) throws IOException {
    out.writeStringField("id", segment.id().toString());
    out.writeNumberField("rows", segment.rows());
    out.writeNumberField("tombstones", segment.tombstones());
    out.writeNumberField("bytes", segment.bytes());
    out.writeNumberField("crc32c", Integer.toUnsignedLong(segment.crc32c()));
    out.writeNumberField("min_order", segment.minOrder());
    out.writeNumberField("max_order", segment.maxOrder());
  }

  /**
   * Reads a head.
   *
   * @throws CorruptManifestException if it is not one
   * @throws UnsupportedFormatException if it is of a newer version
   */
  static Head decode(byte[] json) {
    JsonFields in = JsonFields.parse(json, "manifest", FORMAT_VERSION);
    try {
      Head head = decode(in);
      in.end();
      return head;
    } catch (InvalidNameException | InvalidSchemaException | IllegalArgumentException e) {
      throw new CorruptManifestException("manifest: " + e.getMessage(), e);
    }
  }

  private static Head decode(JsonFields in) {
    String state = in.text("state");
    if (!state.equals(LIVE) && !state.equals(DROPPED)) {
      throw in.bad("state", "is unknown");
    }
    long generation = in.number("generation", 1, Long.MAX_VALUE - 1);
    long nextSequence = in.number("next_sequence", 0, Long.MAX_VALUE - 1);
    JsonFields fresh = in.object("fresh");
    Head.Totals totals = readTotals(fresh);
    fresh.end();
    JsonFields index = in.objectOrNull("index");
    return new Head(
        state.equals(DROPPED),
        in.uuid("collection_id"),
        new TenantId(in.text("tenant_id")),
        new CollectionName(in.text("name")),
        readSchema(in.object("schema")),
        generation,
        in.number("first_generation", 1, generation),
        in.uuid("commit_id"),
        in.instant("created_at"),
        in.instant("committed_at"),
        nextSequence,
        in.number("max_order", -1, Long.MAX_VALUE),
        totals,
        readWriters(in.object("writers")),
        index == null ? null : readIndex(index, generation, nextSequence),
        readCollected(in.object("collected")),
        readTree(in.object("segments"), nextSequence));
  }

  private static CollectionSchema readSchema(JsonFields in) {
    JsonFields declared = in.object("attributes");
    SortedMap<String, AttributeType> attributes = new TreeMap<>();
    for (String name : declared.names(CollectionSchema.ATTRIBUTES_MAX)) {
      attributes.put(name, AttributeType.ofJsonName(declared.text(name)));
    }
    CollectionSchema schema =
        new CollectionSchema(
            (int) in.number("vector_dim", 1, CollectionSchema.DIMENSION_MAX),
            Metric.ofJsonName(in.text("distance")),
            IndexType.ofJsonName(in.text("index_type")),
            attributes);
    in.end();
    return schema;
  }

  private static Head.Totals readTotals(JsonFields in) {
    return new Head.Totals(
        in.number("segments", 0, Long.MAX_VALUE),
        in.number("rows", 0, Long.MAX_VALUE),
        in.number("bytes", 0, Long.MAX_VALUE));
  }

  private static SortedMap<String, WriterEpoch> readWriters(JsonFields in) {
    SortedMap<String, WriterEpoch> writers = new TreeMap<>();
    for (String name : in.names(Head.WRITERS_MAX)) {
      JsonFields writer = in.object(name);
      writers.put(
          name,
          new WriterEpoch(
              name,
              writer.number("epoch", 1, Long.MAX_VALUE),
              writer.number("last_checkpoint", -1, Long.MAX_VALUE)));
      writer.end();
    }
    return writers;
  }

  private static PublishedIndex readIndex(JsonFields in, long generation, long nextSequence) {
    IndexRef ref =
        new IndexRef(
            in.uuid("build_id"),
            IndexType.ofJsonName(in.text("type")),
            in.number("read_generation", 1, generation),
            in.number("absorbed_through", -1, nextSequence - 1),
            (int) in.number("shards", 0, IndexDescriptor.SHARDS_MAX),
            in.number("rows", 0, Long.MAX_VALUE),
            in.number("tombstones", 0, Long.MAX_VALUE),
            in.number("bytes", 0, Long.MAX_VALUE),
            in.number("max_order", -1, Long.MAX_VALUE),
            in.instant("built_at"));
    JsonFields tombstones = in.objectOrNull("tombstone_segment");
    PublishedIndex index =
        new PublishedIndex(
            ref,
            in.number("published_generation", 1, generation),
            new ObjectCheck(
                in.number("descriptor_bytes", 1, Integer.MAX_VALUE),
                in.crc32c("descriptor_crc32c")),
            tombstones == null ? null : readSegment(tombstones));
    if (tombstones != null) {
      tombstones.end();
    }
    in.end();
    return index;
  }

  private static Head.Collected readCollected(JsonFields in) {
    Head.Collected collected =
        new Head.Collected(in.instant("before"), in.uuids("builds", Head.Collected.BUILDS_MAX));
    in.end();
    return collected;
  }

  private static SegmentTree readTree(JsonFields in, long nextSequence) {
    List<SegmentRef> newest = new ArrayList<>();
    for (JsonFields segment : in.objects("newest", SegmentTree.FANOUT)) {
      newest.add(
          new SegmentRef(readSegment(segment), segment.number("sequence", 0, nextSequence - 1)));
      segment.end();
    }
    List<List<PageRef>> levels = new ArrayList<>();
    for (List<JsonFields> list :
        in.objectLists("levels", SegmentTree.LEVELS_MAX, SegmentTree.FANOUT)) {
      List<PageRef> level = new ArrayList<>();
      for (JsonFields page : list) {
        level.add(
            new PageRef(
                page.uuid("id"),
                page.number("first_sequence", 0, nextSequence - 1),
                page.number("last_sequence", 0, nextSequence - 1),
                readTotals(page),
                new ObjectCheck(
                    page.number("page_bytes", 1, Pages.PAGE_BYTES_MAX),
                    page.crc32c("page_crc32c"))));
        page.end();
      }
      levels.add(level);
    }
    in.end();
    return new SegmentTree(newest, levels);
  }

  private static StagedSegment readSegment(JsonFields in) {
    return new StagedSegment(
        in.uuid("id"),
        (int) in.number("rows", 1, Integer.MAX_VALUE),
        (int) in.number("tombstones", 0, Integer.MAX_VALUE),
        in.number("bytes", 1, Long.MAX_VALUE),
        in.crc32c("crc32c"),
        in.number("min_order", 0, Long.MAX_VALUE),
        in.number("max_order", 0, Long.MAX_VALUE));
  }
}
