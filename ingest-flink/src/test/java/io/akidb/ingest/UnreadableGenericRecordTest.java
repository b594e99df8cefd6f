package io.akidb.ingest;

import static io.akidb.ingest.GenericRows.ROW;
import static io.akidb.ingest.GenericRows.row;
import static io.akidb.ingest.GenericRows.withPayload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong in files of Avro and Parquet: rows, and whole files. */
class UnreadableGenericRecordTest {
  private GenericRows files;

  @BeforeEach
  void inAFolder(@TempDir Path folder) {
    files = new GenericRows(folder);
  }

  private String reason(String ending, GenericRecord record) throws IOException {
    List<Item> items = files.read(ending, record.getSchema(), record, record);
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
      assertThatThrownBy(() -> files.read(ending, bytes))
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
    byte[] whole = GenericRows.avro(ROW, "null", rows);
    byte[] header = GenericRows.avro(ROW, "null", List.of());
    int most = 0;
    int ends = 0;
    for (int length = header.length; length < whole.length; length++) {
      List<Item> items = files.read("avro", Arrays.copyOf(whole, length));
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
    byte[] whole = files.parquet(ROW, CompressionCodecName.UNCOMPRESSED, List.of(row("a", 1)));
    for (int length = 0; length < whole.length; length += 7) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> files.read("parquet", cut))
          .isInstanceOf(UnreadableFileException.class);
    }
  }
}
