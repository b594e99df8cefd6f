package io.akidb.ingest;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How files are read.
 *
 * @param tenant whose records
 * @param whereField only rows whose payload has this field ...
 * @param whereValues ... with one of these values; null and empty for all rows
 * @param rowsMax at most so many rows of each file
 */
record FileReading(
    String tenant, @Nullable String whereField, List<String> whereValues, long rowsMax)
    implements Serializable {

  FileReading {
    whereValues = List.copyOf(whereValues);
  }

  /**
   * Opens a file where it was left.
   *
   * @throws UnreadableFileException if it is not what its name says
   */
  RecordFile open(FileSplit split) {
    Path path = Path.of(split.path());
    RecordFile file = RecordFile.open(path, split, new JsonRecordParser(tenant), rowsMax);
    file.skip(split.rowsDone());
    return file;
  }

  boolean wants(Item item) {
    if (whereField == null || !(item instanceof Item.Row row)) {
      return whereField == null || item instanceof Item.DeadLetter;
    }
    byte[] payload = row.vector().payload();
    return whereValues.stream()
        .anyMatch(value -> JsonRecordParser.payloadHas(payload, whereField, value));
  }
}
