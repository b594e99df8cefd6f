package io.akidb.ingest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

/** Rows, and files of Avro and Parquet that hold them; these are the same in both. */
final class GenericRows {
  static final Schema ROW =
      idAndVector().optionalLong("order").optionalString("op").optionalDouble("price").endRecord();

  private final Path folder;

  /** A schema that begins with a text and a list of floats. */
  static SchemaBuilder.FieldAssembler<Schema> idAndVector() {
    return SchemaBuilder.record("row")
        .fields()
        .requiredString("id")
        .name("vector")
        .type()
        .array()
        .items()
        .floatType()
        .noDefault();
  }

  GenericRows(Path folder) {
    this.folder = folder;
  }

  static GenericRecord row(String id, float... vector) {
    List<Float> components = new java.util.ArrayList<>();
    for (float x : vector) {
      components.add(x);
    }
    return new GenericRecordBuilder(ROW).set("id", id).set("vector", components).build();
  }

  static Schema withPayload(Schema type) {
    return idAndVector().name("payload").type(type).noDefault().requiredInt("ignored").endRecord();
  }

  static byte[] avro(Schema schema, String codec, List<GenericRecord> rows) throws IOException {
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

  byte[] parquet(Schema schema, CompressionCodecName codec, List<GenericRecord> rows)
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

  byte[] bytes(String ending, Schema schema, List<GenericRecord> rows) throws IOException {
    return ending.equals("avro")
        ? avro(schema, "null", rows)
        : parquet(schema, CompressionCodecName.UNCOMPRESSED, rows);
  }

  List<Item> read(String ending, byte[] bytes) {
    return TestFiles.readAll(TestFiles.write(folder.resolve("a." + ending), bytes));
  }

  List<Item> read(String ending, Schema schema, GenericRecord... rows) throws IOException {
    return read(ending, bytes(ending, schema, List.of(rows)));
  }
}
