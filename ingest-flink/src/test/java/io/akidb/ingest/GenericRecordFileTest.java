package io.akidb.ingest;

import static io.akidb.ingest.GenericRows.ROW;
import static io.akidb.ingest.GenericRows.row;
import static io.akidb.ingest.GenericRows.withPayload;
import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.catalog.VectorRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Avro and Parquet, whose rows are the same. */
class GenericRecordFileTest {
  private GenericRows files;

  @BeforeEach
  void inAFolder(@TempDir Path folder) {
    files = new GenericRows(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "parquet"})
  void next_rows_areReadInOrder(String ending) throws IOException {
    GenericRecord priced = row("b", 3, 4);
    priced.put("order", 42L);
    priced.put("price", 1.5);
    GenericRecord deleted = row("c");
    deleted.put("op", "delete");

    List<VectorRecord> rows =
        TestFiles.rows(files.read(ending, ROW, row("a", 1, 2), priced, deleted));

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
    assertThat(files.read(ending, ROW)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "deflate", "snappy", "zstandard"})
  void next_avroOfEachCodec_isRead(String codec) throws IOException {
    assertThat(files.read("avro", GenericRows.avro(ROW, codec, List.of(row("a", 1), row("b", 2)))))
        .hasSize(2);
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

      VectorRecord row = TestFiles.row(files.read(ending, schema, record).get(0));

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

      assertThat(TestFiles.row(files.read(ending, schema, record).get(0)).vector())
          .containsExactly(1f, -2f);
    }
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

      assertThat(TestFiles.payload(TestFiles.row(files.read(ending, schema, record).get(0))))
          .isEqualTo("{\"x\":1}");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "parquet"})
  void next_fieldsOfEveryKind_becomeThePayload(String ending) throws IOException {
    Schema inner =
        SchemaBuilder.record("inner").fields().requiredInt("x").optionalInt("y").endRecord();
    Schema schema =
        GenericRows.idAndVector()
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

    assertThat(TestFiles.payload(TestFiles.row(files.read(ending, schema, record).get(0))))
        .isEqualTo(
            "{\"flag\":true,\"blob\":\"AQID\",\"tags\":[\"u\",\"v\"],\"inner\":{\"x\":1},"
                + "\"list\":[{\"x\":1},{\"x\":1}],\"colour\":\"RED\"}");
  }
}
