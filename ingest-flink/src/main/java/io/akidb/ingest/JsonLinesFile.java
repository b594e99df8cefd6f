package io.akidb.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A record a line, as {@link JsonRecordParser} reads them; empty lines are passed over. */
final class JsonLinesFile extends RecordFile {
  private final Lines lines;
  private final JsonRecordParser parser;
  private final long baseOrder;

  JsonLinesFile(Path path, JsonRecordParser parser, long baseOrder, long rowsMax)
      throws IOException {
    super(path, rowsMax);
    this.lines = new Lines(stream(path));
    this.parser = parser;
    this.baseOrder = baseOrder;
  }

  @Override
  @Nullable Item read(long row) throws IOException {
    byte[] line = lines.next();
    while (line != null && Lines.isBlank(line)) {
      line = lines.next();
    }
    if (line == null) {
      return null;
    }
    try {
      if (lines.wasCut()) {
        throw new BadRecordException("the line is longer than " + Lines.LINE_BYTES_MAX + " bytes");
      }
      return new Item.Row(parser.parse(line, 0, line.length, baseOrder + row), origin(row));
    } catch (BadRecordException e) {
      return new Item.DeadLetter(
          String.valueOf(e.getMessage()),
          Arrays.copyOf(line, Math.min(line.length, RAW_BYTES_MAX)),
          origin(row));
    }
  }

  @Override
  public void close() {
    try {
      lines.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
