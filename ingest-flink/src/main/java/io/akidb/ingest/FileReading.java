package io.akidb.ingest;

import java.io.Serializable;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How files are read.
 *
 * @param tenant whose records
 * @param whereField only rows whose payload has this field ...
 * @param whereValue ... with this value; both null for all rows
 * @param rowsMax at most so many rows of each file
 */
record FileReading(
    String tenant, @Nullable String whereField, @Nullable String whereValue, long rowsMax)
    implements Serializable {

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
    return whereField == null
        || whereValue == null
        || item instanceof Item.DeadLetter
        || (item instanceof Item.Row row
            && JsonRecordParser.payloadHas(row.vector().payload(), whereField, whereValue));
  }
}
