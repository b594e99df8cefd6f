package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.catalog.VectorRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Avro and Parquet, whose rows are the same. */
class GenericRecordFileTest {
  private static final Schema ROW =
      SchemaBuilder.record("row")
          .fields()
          .requiredString("id")
          .name("vector")
          .type()
          .array()
          .items()
          .floatType()
          .noDefault()
          .optionalLong("order")
          .optionalString("op")
          .optionalDouble("price")
          .endRecord();

  @TempDir private Path folder;

  private static GenericRecord row(String id, float... vector) {
    List<Float> components = new java.util.ArrayList<>();
    for (float x : vector) {
      components.add(x);
    }
    return new GenericRecordBuilder(ROW).set("id", id).set("vector", components).build();
  }

  private static byte[] avro(Schema schema, String codec, List<GenericRecord> rows)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataFileWriter<GenericRecord> out =
        new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(schema))) {
      out.setCodec(CodecFactory.fromString(codec));
      out.setSyncInterval(64);
      out.create(schema, bytes);
      for (GenericRecord row : rows) {
        out.append(row);
      }
    }
    return bytes.toByteArray();
  }

  private byte[] parquet(Schema schema, CompressionCodecName codec, List<GenericRecord> rows)
      throws IOException {
    Path file = folder.resolve("writing.parquet");
    Files.deleteIfExists(file);
    try (ParquetWriter<GenericRecord> out =
        AvroParquetWriter.<GenericRecord>builder(new LocalOutputFile(file))
            .withSchema(schema)
            .withConf(new PlainParquetConfiguration())
            .withDataModel(GenericData.get())
            .withCompressionCodec(codec)
            .build()) {
      for (GenericRecord row : rows) {
        out.write(row);
      }
    }
    return Files.readAllBytes(file);
  }

  private byte[] bytes(String ending, Schema schema, List<GenericRecord> rows) throws IOException {
    return ending.equals("avro")
        ? avro(schema, "null", rows)
        : parquet(schema, CompressionCodecName.UNCOMPRESSED, rows);
  }

  private List<Item> read(String ending, byte[] bytes) {
    return TestFiles.readAll(TestFiles.write(folder.resolve("a." + ending), bytes));
  }

  private List<Item> read(String ending, Schema schema, GenericRecord... rows) throws IOException {
    return read(ending, bytes(ending, schema, List.of(rows)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "parquet"})
  void next_rows_areReadInOrder(String ending) throws IOException {
    GenericRecord priced = row("b", 3, 4);
    priced.put("order", 42L);
    priced.put("price", 1.5);
    GenericRecord deleted = row("c");
    deleted.put("op", "delete");

    List<VectorRecord> rows = TestFiles.rows(read(ending, ROW, row("a", 1, 2), priced, deleted));

    assertThat(rows).extracting(VectorRecord::id).containsExactly("a", "b", "c");
    assertThat(rows).extracting(VectorRecord::order).containsExactly(1_000L, 42L, 1_002L);
    assertThat(rows)
        .extracting(VectorRecord::vector)
        .containsExactly(new float[] {1, 2}, new float[] {3, 4}, null);
    assertThat(rows).extracting(TestFiles::payload).containsExactly("{}", "{\"price\":1.5}", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "parquet"})
  void next_noRows_isTheEnd(String ending) throws IOException {
    assertThat(read(ending, ROW)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "deflate", "snappy", "zstandard"})
  void next_avroOfEachCodec_isRead(String codec) throws IOException {
    assertThat(read("avro", avro(ROW, codec, List.of(row("a", 1), row("b", 2))))).hasSize(2);
  }

  /** Written by parquet-java's Hadoop codecs, lists as Spark and Arrow lay them out. */
  @ParameterizedTest
  @ValueSource(strings = {"snappy", "gzip", "zstd", "lz4_raw"})
  void next_parquetOfEachCodec_isRead(String codec) throws Exception {
    Path file =
        Path.of(
            Objects.requireNonNull(getClass().getResource("/golden/lists-" + codec + ".parquet"))
                .toURI());

    List<VectorRecord> rows = TestFiles.rows(TestFiles.readAll(file));

    assertThat(rows).extracting(VectorRecord::id).containsExactly("row-0", "row-1", "row-2");
    assertThat(rows.get(2).vector()).containsExactly(2f, 2.25f, 2.5f, 2.75f);
    // INT96, the timestamps of old, come as their bytes.
    String at = codec.equals("gzip") ? "\"AQIDBAUGBwgJCgsM\"" : "1795248000000002";
    assertThat(TestFiles.payload(rows.get(2)))
        .isEqualTo(
            "{\"price\":11.5,\"tags\":[\"tag0\",\"tag1\"],\"inner\":{\"x\":2},"
                + "\"counts\":{\"k\":2},\"at\":"
                + at
                + ",\"flag\":false}");
    assertThat(TestFiles.payload(rows.get(1))).startsWith("{\"tags\":[\"tag0\"],");
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "parquet"})
  void next_idOfNumbersAndVectorOfOtherNumbers_areRead(String ending) throws IOException {
    for (Schema.Type type : List.of(Schema.Type.DOUBLE, Schema.Type.INT, Schema.Type.LONG)) {
      Schema schema =
          SchemaBuilder.record("row")
              .fields()
              .requiredLong("id")
              .name("vector")
              .type(Schema.createArray(Schema.create(type)))
              .noDefault()
              .endRecord();
      Number three = type == Schema.Type.DOUBLE ? (Number) 3.0 : type == Schema.Type.INT ? 3 : 3L;
      GenericRecord record =
          new GenericRecordBuilder(schema).set("id", 9L).set("vector", List.of(three)).build();

      VectorRecord row = TestFiles.row(read(ending, schema, record).get(0));

      assertThat(row.id()).isEqualTo("9");
      assertThat(row.vector()).containsExactly(3f);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "parquet"})
  void next_vectorOfBytes_isLittleEndianF32(String ending) throws IOException {
    Schema fixed = Schema.createFixed("vec", null, null, 8);
    for (Schema type : List.of(Schema.create(Schema.Type.BYTES), fixed)) {
      Schema schema =
          SchemaBuilder.record("row")
              .fields()
              .requiredString("id")
              .name("vector")
              .type(type)
              .noDefault()
              .endRecord();
      byte[] f32 = TestFiles.f32(1, -2);
      Object value =
          type.equals(fixed) ? new GenericData.Fixed(fixed, f32) : (Object) ByteBuffer.wrap(f32);
      GenericRecord record =
          new GenericRecordBuilder(schema).set("id", "a").set("vector", value).build();

      assertThat(TestFiles.row(read(ending, schema, record).get(0)).vector())
          .containsExactly(1f, -2f);
    }
  }

  private static Schema withPayload(Schema type) {
    return SchemaBuilder.record("row")
        .fields()
        .requiredString("id")
        .name("vector")
        .type()
        .array()
        .items()
        .floatType()
        .noDefault()
        .name("payload")
        .type(type)
        .noDefault()
        .requiredInt("ignored")
        .endRecord();
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "parquet"})
  void next_payloadAsTextRecordOrMap_isThePayload(String ending) throws IOException {
    Schema inner = SchemaBuilder.record("inner").fields().requiredInt("x").endRecord();
    Map<Schema, Object> payloads =
        Map.of(
            Schema.create(Schema.Type.STRING),
            "{\"x\":1}",
            inner,
            new GenericRecordBuilder(inner).set("x", 1).build(),
            Schema.createMap(Schema.create(Schema.Type.INT)),
            Map.of("x", 1));
    for (Map.Entry<Schema, Object> payload : payloads.entrySet()) {
      Schema schema = withPayload(payload.getKey());
      GenericRecord record =
          new GenericRecordBuilder(schema)
              .set("id", "a")
              .set("vector", List.of(1f))
              .set("payload", payload.getValue())
              .set("ignored", 5)
              .build();

      assertThat(TestFiles.payload(TestFiles.row(read(ending, schema, record).get(0))))
          .isEqualTo("{\"x\":1}");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "parquet"})
  void next_fieldsOfEveryKind_becomeThePayload(String ending) throws IOException {
    Schema inner =
        SchemaBuilder.record("inner").fields().requiredInt("x").optionalInt("y").endRecord();
    Schema schema =
        SchemaBuilder.record("row")
            .fields()
            .requiredString("id")
            .name("vector")
            .type()
            .array()
            .items()
            .floatType()
            .noDefault()
            .requiredBoolean("flag")
            .requiredBytes("blob")
            .name("tags")
            .type()
            .array()
            .items()
            .stringType()
            .noDefault()
            .name("inner")
            .type(inner)
            .noDefault()
            .name("list")
            .type(Schema.createArray(inner))
            .noDefault()
            .name("colour")
            .type()
            .enumeration("colour")
            .symbols("RED")
            .noDefault()
            .endRecord();
    GenericRecord nested = new GenericRecordBuilder(inner).set("x", 1).build();
    GenericRecord record =
        new GenericRecordBuilder(schema)
            .set("id", "a")
            .set("vector", List.of(1f))
            .set("flag", true)
            .set("blob", ByteBuffer.wrap(new byte[] {1, 2, 3}))
            .set("tags", List.of("u", "v"))
            .set("inner", nested)
            .set("list", List.of(nested, nested))
            .set("colour", new GenericData.EnumSymbol(schema.getField("colour").schema(), "RED"))
            .build();

    assertThat(TestFiles.payload(TestFiles.row(read(ending, schema, record).get(0))))
        .isEqualTo(
            "{\"flag\":true,\"blob\":\"AQID\",\"tags\":[\"u\",\"v\"],\"inner\":{\"x\":1},"
                + "\"list\":[{\"x\":1},{\"x\":1}],\"colour\":\"RED\"}");
  }

  private String reason(String ending, GenericRecord record) throws IOException {
    List<Item> items = read(ending, record.getSchema(), record, record);
    assertThat(items).hasSize(2);
    assertThat(TestFiles.letter(items.get(1)).origin().position()).isEqualTo("row 1");
    assertThat(TestFiles.letter(items.get(0)).raw()).isNotEmpty();
    return TestFiles.letter(items.get(0)).reason();
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "parquet"})
  void next_badRow_isADeadLetterThatNamesTheField(String ending) throws IOException {
    GenericRecord operated = row("a", 1);
    operated.put("op", "remove");
    GenericRecord priced = row("a", 1);
    priced.put("price", Double.NaN);

    assertThat(reason(ending, operated)).isEqualTo("op is 'remove'; known are upsert and delete");
    assertThat(reason(ending, priced)).isEqualTo("price is not a finite number");
  }

  private static GenericRecord single(String field, Schema type, Object value) {
    Schema schema =
        SchemaBuilder.record("row").fields().name(field).type(type).noDefault().endRecord();
    return new GenericRecordBuilder(schema).set(field, value).build();
  }

  private static GenericRecord withId(String field, Schema type, Object value) {
    Schema schema =
        SchemaBuilder.record("row")
            .fields()
            .requiredString("id")
            .name(field)
            .type(type)
            .noDefault()
            .endRecord();
    return new GenericRecordBuilder(schema).set("id", "a").set(field, value).build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "parquet"})
  void next_fieldOfTheWrongType_isADeadLetterThatNamesIt(String ending) throws IOException {
    Schema text = Schema.create(Schema.Type.STRING);
    Schema bytes = Schema.create(Schema.Type.BYTES);
    ByteBuffer three = ByteBuffer.wrap(new byte[3]);

    assertThat(reason(ending, single("x", text, "y"))).isEqualTo("id is missing");
    assertThat(reason(ending, single("id", bytes, three))).startsWith("id is neither a string");
    assertThat(reason(ending, withId("x", text, "y"))).isEqualTo("vector is missing");
    assertThat(reason(ending, withId("vector", text, "y"))).startsWith("vector is neither a list");
    assertThat(reason(ending, withId("vector", bytes, three)))
        .contains("3 bytes, not of whole f32");
    assertThat(reason(ending, withId("vector", Schema.createArray(text), List.of("y"))))
        .isEqualTo("vector[0] is not a number");
    assertThat(reason(ending, withId("order", text, "5"))).isEqualTo("order is not a whole number");
    assertThat(reason(ending, withId("tenant_id", text, "evil")))
        .startsWith("tenant_id is not the tenant");
    GenericRecord payload = row("a", 1);
    Schema number = withPayload(Schema.create(Schema.Type.INT));
    assertThat(
            reason(
                ending,
                new GenericRecordBuilder(number)
                    .set("id", "a")
                    .set("vector", payload.get("vector"))
                    .set("payload", 5)
                    .set("ignored", 5)
                    .build()))
        .startsWith("payload is neither");
  }

  @Test
  void next_ownTenant_isNoPayload() throws IOException {
    Schema text = Schema.create(Schema.Type.STRING);
    GenericRecord record = withId("tenant_id", text, TestFiles.TENANT);

    assertThat(reason("avro", record)).isEqualTo("vector is missing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "parquet"})
  void open_somethingElse_isUnreadable(String ending) {
    for (byte[] bytes :
        List.of(
            new byte[0],
            new byte[] {1},
            "PAR1 nonsense PAR1".getBytes(java.nio.charset.StandardCharsets.UTF_8))) {
      assertThatThrownBy(() -> read(ending, bytes))
          .isInstanceOf(UnreadableFileException.class)
          .hasMessageContaining("cannot read")
          .hasMessageNotContaining("null");
    }
  }

  @Test
  void next_avroCutOffAnywhere_keepsWholeBlocksAndTellsTheRest() throws IOException {
    List<GenericRecord> rows = new java.util.ArrayList<>();
    for (int i = 0; i < 40; i++) {
      rows.add(row("id" + i, i));
    }
    byte[] whole = avro(ROW, "null", rows);
    byte[] header = avro(ROW, "null", List.of());
    int most = 0;
    int ends = 0;
    for (int length = header.length; length < whole.length; length++) {
      List<Item> items = read("avro", Arrays.copyOf(whole, length));
      int good = 0;
      while (good < items.size() && items.get(good) instanceof Item.Row row) {
        assertThat(row.vector().id()).isEqualTo("id" + good++);
      }
      if (items.size() > good) {
        assertThat(items).as("cut at %d", length).hasSize(good + 1);
        assertThat(TestFiles.letter(items.get(good)).reason())
            .endsWith("its last block is cut off");
      } else {
        ends++;
      }
      assertThat(good).isGreaterThanOrEqualTo(most);
      most = good;
    }
    assertThat(most).isGreaterThan(30);
    // Between two blocks the file is a whole one.
    assertThat(ends).isBetween(2, 20);
  }

  @Test
  void open_parquetCutOffAnywhere_isUnreadable() throws IOException {
    byte[] whole = parquet(ROW, CompressionCodecName.UNCOMPRESSED, List.of(row("a", 1)));
    for (int length = 0; length < whole.length; length += 7) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> read("parquet", cut)).isInstanceOf(UnreadableFileException.class);
    }
  }
}
