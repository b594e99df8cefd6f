package io.akidb.catalog;

import io.akidb.objectstore.ObjectNotFoundException;
import io.akidb.objectstore.ObjectTooLargeException;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantNamespace;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.io.Encoder;

/** Pages of the list of segments, as objects; {@code catalog/spec/manifest-v1.md}, "Pages". */
record Pages(Bucket bucket, TenantNamespace namespace, CollectionName collection) {
  /** Largest page; a full one has about 6 KiB. */
  static final int PAGE_BYTES_MAX = 1 << 20;

  private static final String NAMESPACE = "io.akidb.manifest";
  private static final Schema ID = SchemaBuilder.fixed("Id").namespace(NAMESPACE).size(16);

  static final Schema SEGMENT_SCHEMA =
      SchemaBuilder.record("SegmentEntry")
          .namespace(NAMESPACE)
          .fields()
          .name("id")
          .type(ID)
          .noDefault()
          .requiredLong("sequence")
          .requiredInt("rows")
          .requiredInt("tombstones")
          .requiredLong("bytes")
          .requiredInt("crc32c")
          .requiredLong("min_order")
          .requiredLong("max_order")
          .endRecord();

  static final Schema PAGE_SCHEMA =
      SchemaBuilder.record("PageEntry")
          .namespace(NAMESPACE)
          .fields()
          .name("id")
          .type(ID)
          .noDefault()
          .requiredLong("first_sequence")
          .requiredLong("last_sequence")
          .requiredLong("segments")
          .requiredLong("rows")
          .requiredLong("bytes")
          .requiredInt("page_bytes")
          .requiredInt("page_crc32c")
          .endRecord();

  /** Uploads a page of level 1. */
  PageRef writeSegments(List<SegmentRef> refs) {
    UUID id = bucket.surroundings().randomId();
    byte[] content = AvroWriting.write(SEGMENT_SCHEMA, id, Map.of(), Pages::encode, refs);
    bucket.put(namespace.pageKey(collection, id), content);
    return new PageRef(
        id,
        refs.get(0).sequence(),
        refs.get(refs.size() - 1).sequence(),
        refs.stream().map(Head.Totals::of).reduce(Head.Totals.NONE, Head.Totals::plus),
        ObjectCheck.of(content));
  }

  /** Uploads a page of a higher level. */
  PageRef writePages(List<PageRef> refs) {
    UUID id = bucket.surroundings().randomId();
    byte[] content = AvroWriting.write(PAGE_SCHEMA, id, Map.of(), Pages::encode, refs);
    bucket.put(namespace.pageKey(collection, id), content);
    return new PageRef(
        id,
        refs.get(0).firstSequence(),
        refs.get(refs.size() - 1).lastSequence(),
        refs.stream().map(PageRef::totals).reduce(Head.Totals.NONE, Head.Totals::plus),
        ObjectCheck.of(content));
  }

  /**
   * The segments of a page of level 1.
   *
   * @throws CorruptManifestException if it is missing or not what was written
   */
  List<SegmentRef> readSegments(PageRef page) {
    return read(page, SEGMENT_SCHEMA, Pages::decodeSegment);
  }

  /**
   * The pages of a page of a higher level.
   *
   * @throws CorruptManifestException if it is missing or not what was written
   */
  List<PageRef> readPages(PageRef page) {
    return read(page, PAGE_SCHEMA, Pages::decodePage);
  }

  private <T> List<T> read(PageRef page, Schema schema, AvroRows.RowDecoder<T> decoder) {
    String what = "page " + page.id();
    byte[] content = checked(bucket, namespace.pageKey(collection, page.id()), page.check(), what);
    return rows(content, schema, decoder, SegmentTree.FANOUT, what);
  }

  /** Reads an object of the catalog whole, and checks that it is the one that was listed. */
  static byte[] checked(Bucket bucket, String key, ObjectCheck check, String what) {
    try {
      byte[] content = bucket.store().get(key, (int) check.bytes()).bytes();
      if (ObjectCheck.of(content).equals(check)) {
        return content;
      }
    } catch (ObjectNotFoundException | ObjectTooLargeException e) {
      throw new CorruptManifestException(what + " is not there, or not the one listed", e);
    }
    throw new CorruptManifestException(what + ": its bytes are not the ones written", null);
  }

  static <T> List<T> rows(
      byte[] content, Schema schema, AvroRows.RowDecoder<T> decoder, int max, String what) {
    List<T> rows = new ArrayList<>();
    try {
      AvroRows<T> file = new AvroRows<>(new ByteArrayInputStream(content), schema, decoder);
      while (file.hasNext()) {
        if (rows.size() == max) {
          throw new MalformedException("too many entries");
        }
        rows.add(file.next());
      }
    } catch (IOException | AvroRuntimeException | IllegalArgumentException e) {
      throw new CorruptManifestException(what + ": " + e.getMessage(), e);
    }
    return rows;
  }

  private static void encode(SegmentRef ref, Encoder out) throws IOException {
    StagedSegment segment = ref.segment();
    out.writeFixed(AvroWriting.bytesOf(segment.id()));
    out.writeLong(ref.sequence());
    out.writeInt(segment.rows());
    out.writeInt(segment.tombstones());
    out.writeLong(segment.bytes());
    out.writeInt(segment.crc32c());
    out.writeLong(segment.minOrder());
    out.writeLong(segment.maxOrder());
  }

  private static SegmentRef decodeSegment(AvroInput in) throws IOException {
    UUID id = in.uuid();
    long sequence = in.number(0, Long.MAX_VALUE);
    return new SegmentRef(
        new StagedSegment(
            id,
            (int) in.number(1, Integer.MAX_VALUE),
            (int) in.number(0, Integer.MAX_VALUE),
            in.number(1, Long.MAX_VALUE),
            (int) in.number(Integer.MIN_VALUE, Integer.MAX_VALUE),
            in.number(0, Long.MAX_VALUE),
            in.number(0, Long.MAX_VALUE)),
        sequence);
  }

  private static void encode(PageRef page, Encoder out) throws IOException {
    out.writeFixed(AvroWriting.bytesOf(page.id()));
    out.writeLong(page.firstSequence());
    out.writeLong(page.lastSequence());
    out.writeLong(page.totals().segments());
    out.writeLong(page.totals().rows());
    out.writeLong(page.totals().bytes());
    out.writeInt((int) page.check().bytes());
    out.writeInt(page.check().crc32c());
  }

  private static PageRef decodePage(AvroInput in) throws IOException {
    return new PageRef(
        in.uuid(),
        in.number(0, Long.MAX_VALUE),
        in.number(0, Long.MAX_VALUE),
        new Head.Totals(
            in.number(0, Long.MAX_VALUE),
            in.number(0, Long.MAX_VALUE),
            in.number(0, Long.MAX_VALUE)),
        new ObjectCheck(
            in.number(1, PAGE_BYTES_MAX), (int) in.number(Integer.MIN_VALUE, Integer.MAX_VALUE)));
  }
}
