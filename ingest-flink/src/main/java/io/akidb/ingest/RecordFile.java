package io.akidb.ingest;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** A file of records, read from its beginning to its end. For one thread. */
abstract class RecordFile implements AutoCloseable {
  /** How much of a bad row a dead letter keeps. */
  static final int RAW_BYTES_MAX = 4096;

  private static final int BUFFER_BYTES = 1 << 16;

  private final String name;
  private final long rowsMax;
  private long rowsDone;
  private boolean broken;

  RecordFile(Path path, long rowsMax) {
    this.name = path.getFileName().toString();
    this.rowsMax = rowsMax;
  }

  /**
   * Opens a file by the ending of its name.
   *
   * @throws UnreadableFileException if it is not of that type at all
   */
  static RecordFile open(Path path, FileSplit split, JsonRecordParser parser, long rowsMax) {
    FileType type = FileType.of(path.getFileName().toString().toLowerCase(Locale.ROOT));
    if (type == null) {
      throw new IngestUsageException(
          "no known type of file: " + path + "; known endings are " + FileType.KNOWN, null);
    }
    long base = split.baseOrder();
    try {
      return switch (type) {
        case JSON_LINES -> new JsonLinesFile(path, parser, base, rowsMax);
        case AVRO -> new GenericRecordFile(path, AvroRecords.open(path), parser, base, rowsMax);
        case PARQUET ->
            new GenericRecordFile(path, ParquetRecords.open(path), parser, base, rowsMax);
        case NPY, FVECS, BVECS, IDX ->
            new VectorFile(path, VectorRows.open(path, type), split.sidecar(), base, rowsMax);
      };
    } catch (IOException e) {
      throw new UnreadableFileException("--file: cannot read " + path + ": " + problem(e), e);
    }
  }

  /**
   * The next row, or null at the end. What cannot be read is a dead letter; behind a broken place
   * nothing follows.
   */
  final @Nullable Item next() {
    if (broken || rowsDone >= rowsMax) {
      return null;
    }
    long row = rowsDone;
    try {
      Item item = read(row);
      if (item != null) {
        rowsDone++;
      }
      return item;
    } catch (IOException e) {
      broken = true;
      rowsDone++;
      return new Item.DeadLetter(
          "the file is broken from here on: " + problem(e), new byte[0], origin(row));
    }
  }

  private static String problem(IOException e) {
    String message = e.getMessage();
    if (e instanceof EOFException && message == null) {
      return "it is cut off";
    }
    return message == null ? e.toString() : message.substring(0, Math.min(500, message.length()));
  }

  /** Reads row {@code row}, the one behind the last; null at the end. */
  abstract @Nullable Item read(long row) throws IOException;

  /** Rows that {@link #next} answered. */
  final long rowsDone() {
    return rowsDone;
  }

  /** Passes over rows that were read before. */
  final void skip(long rows) {
    while (rowsDone < rows && next() != null) {
      // Files of lines have no index of rows: skipping is reading.
    }
  }

  final Item.Origin origin(long row) {
    return new Item.Origin(name, "row " + row);
  }

  @Override
  public abstract void close();

  static InputStream stream(Path path) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(path), BUFFER_BYTES);
    return path.toString().toLowerCase(Locale.ROOT).endsWith(".gz")
        ? new BufferedInputStream(new GZIPInputStream(in, BUFFER_BYTES), BUFFER_BYTES)
        : in;
  }
}
