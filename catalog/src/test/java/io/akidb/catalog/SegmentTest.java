package io.akidb.catalog;

import static io.akidb.catalog.Fixture.KEYS;
import static io.akidb.catalog.Fixture.PRODUCTS;
import static io.akidb.catalog.Fixture.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.objectstore.StoreUnavailableException;
import io.akidb.tenancy.CollectionName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentTest {
  @TempDir Path folder;
  private Fixture fixture;
  private VectorCollection collection;

  @BeforeEach
  void setUp() {
    fixture = new Fixture(folder);
    collection = fixture.create();
  }

  private static VectorRecord random(Random random, int dimension, int i) {
    float[] vector = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      vector[d] = random.nextFloat();
    }
    byte[] payload =
        i % 3 == 0 ? null : ("{\"n\":" + i + ",\"t\":\"ä\"}").getBytes(StandardCharsets.UTF_8);
    return i % 7 == 0
        ? VectorRecord.tombstone("id-ü-" + i, i)
        : VectorRecord.upsert("id-ü-" + i, Long.MAX_VALUE - i, vector, payload);
  }

  private static void assertSame(VectorRecord actual, VectorRecord expected) {
    assertThat(actual.id()).isEqualTo(expected.id());
    assertThat(actual.order()).isEqualTo(expected.order());
    assertThat(actual.vector()).isEqualTo(expected.vector());
    assertThat(actual.payload()).isEqualTo(expected.payload());
  }

  @Test
  void roundTrip_largerThanMemory_goesThroughTheFile() {
    CollectionName wide = new CollectionName("wide");
    VectorCollection large =
        fixture.catalog.create(TENANT, wide, CollectionSchema.of(512, Metric.DOT));
    Path file = fixture.temporaryFile();
    Random random = new Random(1);
    StagedSegment staged;
    try (SegmentWriter writer = large.newSegment(file)) {
      for (int i = 0; i < 4_000; i++) {
        writer.add(random(random, 512, i));
      }
      assertThat(file).exists();
      staged = writer.finish();
      assertThat(writer.finish()).isEqualTo(staged);
      assertThat(writer.rows()).isEqualTo(4_000);
      assertThat((double) writer.bytes()).isBetween(staged.bytes() * 0.95, staged.bytes() * 1.05);
      assertThatThrownBy(() -> writer.add(random(random, 512, 1)))
          .isInstanceOf(IllegalStateException.class);
    }

    assertThat(file).doesNotExist();
    assertThat(staged.bytes()).isGreaterThan(6_000_000); // so it streams
    assertThat(staged.rows()).isEqualTo(4_000);
    assertThat(staged.tombstones()).isEqualTo(572);
    assertThat(staged.minOrder()).isZero();
    assertThat(staged.maxOrder()).isEqualTo(Long.MAX_VALUE - 1);
    Random again = new Random(1);
    try (SegmentReader reader = large.read(staged)) {
      for (int i = 0; i < 4_000; i++) {
        assertSame(reader.next(), random(again, 512, i));
      }
      assertThat(reader.hasNext()).isFalse();
      assertThatThrownBy(reader::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  void read_streamedAndDamagedAnywhere_neverEndsWell() {
    CollectionName wide = new CollectionName("wide");
    VectorCollection large =
        fixture.catalog.create(TENANT, wide, CollectionSchema.of(512, Metric.DOT));
    StagedSegment staged;
    Random random = new Random(2);
    try (SegmentWriter writer = large.newSegment(fixture.temporaryFile())) {
      for (int i = 0; i < 3_000; i++) {
        writer.add(random(random, 512, i));
      }
      staged = writer.finish();
    }
    String key = KEYS.segmentKey(wide, staged.id());
    byte[] good = fixture.store.get(key, 1 << 30).bytes();
    for (int trial = 0; trial < 60; trial++) {
      byte[] bad = good.clone();
      int at = trial < 30 ? random.nextInt(1_000) : random.nextInt(bad.length);
      bad[at] ^= (byte) (1 << random.nextInt(8));
      fixture.store.put(key, bad);
      assertThatThrownBy(() -> readThrough(large, staged))
          .as("bit flipped at %d", at)
          .isInstanceOfAny(CorruptSegmentException.class, UnsupportedFormatException.class);
    }
    fixture.store.put(key, Arrays.copyOf(good, good.length - 1));
    assertThatThrownBy(() -> readThrough(large, staged))
        .isInstanceOf(CorruptSegmentException.class);
    fixture.store.put(key, Arrays.copyOf(good, good.length + 1));
    assertThatThrownBy(() -> readThrough(large, staged))
        .isInstanceOf(CorruptSegmentException.class);
  }

  private static void readThrough(VectorCollection from, StagedSegment staged) {
    try (SegmentReader reader = from.read(staged)) {
      while (reader.hasNext()) {
        reader.next();
      }
    }
  }

  @Test
  void read_smallAndDamaged_failsBeforeTheFirstRecord() {
    StagedSegment staged = fixture.stage(collection, "a");
    String key = KEYS.segmentKey(PRODUCTS, staged.id());
    byte[] good = fixture.store.get(key, 100_000).bytes();
    for (int at = 0; at < good.length; at++) {
      byte[] bad = good.clone();
      bad[at] ^= 64;
      fixture.store.put(key, bad);
      assertThatThrownBy(() -> collection.read(staged)).isInstanceOf(CorruptSegmentException.class);
    }
  }

  @Test
  void read_referenceSaysOtherRows_isCorrupt() {
    StagedSegment staged = fixture.stage(collection, "a");
    StagedSegment wrong =
        new StagedSegment(staged.id(), 2, 0, staged.bytes(), staged.crc32c(), staged.minOrder(), 1);

    assertThatThrownBy(() -> readThrough(collection, wrong))
        .isInstanceOf(CorruptSegmentException.class)
        .hasMessageContaining("1 rows, 2 were written");
  }

  @Test
  void read_missing_saysSo() {
    StagedSegment staged = fixture.stage(collection, "a");
    fixture.store.delete(KEYS.segmentKey(PRODUCTS, staged.id()));

    assertThatThrownBy(() -> collection.read(staged)).isInstanceOf(SegmentMissingException.class);
    StagedSegment large = new StagedSegment(staged.id(), 1, 0, 1L << 40, staged.crc32c(), 1, 1);
    assertThatThrownBy(() -> collection.read(large)).isInstanceOf(SegmentMissingException.class);
  }

  @Test
  void write_isStandardAvro_theLibraryReadsIt() throws IOException {
    StagedSegment staged =
        fixture.stage(
            collection,
            VectorRecord.upsert(
                "a", 5, new float[] {1, -2, 0.5f}, "{}".getBytes(StandardCharsets.UTF_8)),
            VectorRecord.tombstone("b", 6));
    byte[] bytes = fixture.store.get(KEYS.segmentKey(PRODUCTS, staged.id()), 100_000).bytes();

    try (DataFileStream<GenericRecord> file =
        new DataFileStream<>(new ByteArrayInputStream(bytes), new GenericDatumReader<>())) {
      GenericRecord first = file.next();
      assertThat(first.get("id")).hasToString("a");
      assertThat(first.get("order")).isEqualTo(5L);
      float[] vector = new float[3];
      ((ByteBuffer) first.get("vector")).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
      assertThat(vector).containsExactly(1, -2, 0.5f);
      assertThat((ByteBuffer) first.get("payload"))
          .isEqualTo(ByteBuffer.wrap("{}".getBytes(StandardCharsets.UTF_8)));
      GenericRecord second = file.next();
      assertThat(second.get("vector")).isNull();
      assertThat(second.get("payload")).isNull();
      assertThat(file.hasNext()).isFalse();
    }
  }

  @Test
  void read_writtenByTheLibrary_isTheSame() throws IOException {
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(SegmentFormat.SCHEMA))) {
      writer.setMeta(AvroRows.FORMAT_VERSION_KEY, 1);
      writer.create(SegmentFormat.SCHEMA, bytes);
      writer.append(
          new GenericRecordBuilder(SegmentFormat.SCHEMA)
              .set("id", "x")
              .set("order", 3L)
              .set("vector", ByteBuffer.wrap(new byte[12]))
              .set("payload", null)
              .build());
    }
    StagedSegment staged = put(bytes.toByteArray(), 1);

    List<VectorRecord> rows = Fixture.readAll(collection, staged);
    assertThat(rows).hasSize(1);
    assertSame(rows.get(0), VectorRecord.upsert("x", 3, new float[3], null));
  }

  private StagedSegment put(byte[] content, int rows) {
    UUID id = SegmentIds.segment(fixture.surroundings, collection.head().collectionId());
    fixture.store.put(KEYS.segmentKey(PRODUCTS, id), content);
    ObjectCheck check = ObjectCheck.of(content);
    return new StagedSegment(id, rows, 0, check.bytes(), check.crc32c(), 0, 0);
  }

  @Test
  void read_validChecksumButHostileContent_isTyped() throws IOException {
    Schema other = SchemaBuilder.record("Other").fields().requiredLong("n").endRecord();
    for (byte[] content :
        List.of(
            new byte[] {'n', 'o'},
            "Obj\u0001".getBytes(StandardCharsets.ISO_8859_1),
            avro(other, Map.of("akidb.format_version", "1"), CodecFactory.nullCodec()),
            avro(SegmentFormat.SCHEMA, Map.of(), CodecFactory.nullCodec()),
            avro(
                SegmentFormat.SCHEMA,
                Map.of("akidb.format_version", "1"),
                CodecFactory.deflateCodec(1)))) {
      StagedSegment staged = put(content, 1);
      assertThatThrownBy(() -> readThrough(collection, staged))
          .isInstanceOf(CorruptSegmentException.class);
    }
    StagedSegment newer =
        put(
            avro(
                SegmentFormat.SCHEMA,
                Map.of("akidb.format_version", "2"),
                CodecFactory.nullCodec()),
            1);
    assertThatThrownBy(() -> readThrough(collection, newer))
        .isInstanceOf(UnsupportedFormatException.class);
  }

  private static byte[] avro(Schema schema, Map<String, String> metadata, CodecFactory codec)
      throws IOException {
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(schema))) {
      metadata.forEach(writer::setMeta);
      writer.setCodec(codec);
      writer.create(schema, bytes);
    }
    return bytes.toByteArray();
  }

  /** A header that is right, followed by blocks that claim what they like. */
  @Test
  void read_blockWithAbsurdLengths_isCorruptWithoutAllocating() throws IOException {
    byte[] header =
        avro(SegmentFormat.SCHEMA, Map.of("akidb.format_version", "1"), CodecFactory.nullCodec());
    byte[] huge = {-2, -1, -1, -1, 15}; // 2,147,483,647 as a zigzag varint
    byte[] negative = {1}; // -1
    byte[] rowOfHugeId = {2, 10, -2, -1, -1, -1, 15}; // 1 row, 5 bytes
    byte[] unionBranchFive = {2, 8, 0, 0, 10, 10};
    for (byte[] block : List.of(huge, negative, rowOfHugeId, unionBranchFive)) {
      byte[] sync = Arrays.copyOfRange(header, header.length - 16, header.length);
      byte[] content = new byte[header.length + block.length + 16];
      System.arraycopy(header, 0, content, 0, header.length);
      System.arraycopy(block, 0, content, header.length, block.length);
      System.arraycopy(sync, 0, content, header.length + block.length, 16);
      StagedSegment staged = put(content, 1);
      assertThatThrownBy(() -> readThrough(collection, staged))
          .isInstanceOf(CorruptSegmentException.class);
    }
  }

  @Test
  void add_whatCannotBeRead_isRefused() {
    try (SegmentWriter writer = collection.newSegment(fixture.temporaryFile())) {
      assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
      float[] vector = {1, 2, 3};
      for (VectorRecord bad :
          List.of(
              VectorRecord.upsert("a", 1, new float[2], null),
              VectorRecord.upsert("a", -1, vector, null),
              VectorRecord.upsert("", 1, vector, null),
              VectorRecord.upsert("ä".repeat(257), 1, vector, null),
              VectorRecord.upsert("a", 1, vector, new byte[65_537]))) {
        assertThatThrownBy(() -> writer.add(bad)).isInstanceOf(IllegalArgumentException.class);
      }
      writer.add(VectorRecord.upsert("ä".repeat(256), 1, vector, new byte[65_536]));
      assertThat(Fixture.readAll(collection, writer.finish())).hasSize(1);
    }
  }

  @Test
  void close_withoutFinish_leavesNothing() throws IOException {
    Path file = fixture.temporaryFile();
    try (SegmentWriter writer = collection.newSegment(file)) {
      byte[] payload = new byte[60_000];
      for (int i = 0; i < 40; i++) {
        writer.add(VectorRecord.upsert("a", i, new float[3], payload));
      }
      assertThat(file).exists();
    }

    assertThat(file).doesNotExist();
    assertThat(fixture.keysBelow(KEYS.segmentsPrefix(PRODUCTS))).isEmpty();
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void finish_storeFails_canBeTriedAgain() {
    Fixture other = new Fixture(folder);
    VectorCollection closed = other.create();
    try (SegmentWriter writer = closed.newSegment(other.temporaryFile())) {
      writer.add(Fixture.row("a", 1));
      other.store.close();
      assertThatThrownBy(writer::finish).isInstanceOf(StoreUnavailableException.class);
      assertThatThrownBy(writer::finish).isInstanceOf(StoreUnavailableException.class);
    }
  }
}
