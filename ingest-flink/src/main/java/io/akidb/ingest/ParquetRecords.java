package io.akidb.ingest;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.avro.AvroParquetReader;
import org.apache.parquet.avro.AvroReadSupport;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.LocalInputFile;
import org.jspecify.annotations.Nullable;

/** The records of a Parquet file. For one thread. */
final class ParquetRecords implements GenericRecordFile.Records {
  private final ParquetReader<GenericRecord> reader;

  private ParquetRecords(ParquetReader<GenericRecord> reader) {
    this.reader = reader;
  }

  static ParquetRecords open(Path path) throws IOException {
    InputFile file = new LocalInputFile(path);
    PlainParquetConfiguration configuration = new PlainParquetConfiguration();
    // Spark's old timestamps, which the library refuses to convert, do not spoil a file.
    configuration.setBoolean(AvroReadSupport.READ_INT96_AS_FIXED, true);
    try {
      checkFooter(file, configuration);
      return new ParquetRecords(
          AvroParquetReader.<GenericRecord>builder(file, configuration)
              .withDataModel(GenericData.get())
              .withCodecFactory(new ParquetCodecs())
              .usePageChecksumVerification()
              .build());
    } catch (RuntimeException | OutOfMemoryError e) {
      throw damage(e);
    }
  }

  /** The library allocates a column's length as the footer says it. */
  private static void checkFooter(InputFile file, ParquetConfiguration configuration)
      throws IOException {
    long length = file.getLength();
    // Without options it would look for Hadoop's.
    ParquetReadOptions options =
        ParquetReadOptions.builder(configuration).withCodecFactory(new ParquetCodecs()).build();
    try (ParquetFileReader footer = ParquetFileReader.open(file, options)) {
      for (BlockMetaData rows : footer.getFooter().getBlocks()) {
        for (ColumnChunkMetaData column : rows.getColumns()) {
          long bytes = column.getTotalSize();
          if (bytes < 0 || bytes > length - column.getStartingPos()) {
            throw new IOException(
                "column " + column.getPath().toDotString() + " reaches beyond the end of the file");
          }
        }
      }
    }
  }

  @Override
  public @Nullable GenericRecord next() throws IOException {
    try {
      return reader.read();
    } catch (RuntimeException | OutOfMemoryError e) {
      throw damage(e);
    }
  }

  /**
   * Damage shows as many kinds of exceptions, and where pages carry no checksums as a length that
   * the library tries to allocate: a single huge allocation that fails, which takes nothing from
   * anybody else.
   */
  private static IOException damage(Throwable e) {
    return new IOException(
        e instanceof OutOfMemoryError
            ? "a length in it is beyond the memory there is"
            : String.valueOf(e.getMessage()),
        e);
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
