package io.akidb.ingest;

import io.akidb.catalog.VectorRecord;

/** What a source reads: a record, or something that cannot be one. */
sealed interface Item {
  /**
   * Where it was read, for dead letters.
   *
   * @param source a file's name, or a topic
   * @param position row in the file, or partition and offset
   */
  record Origin(String source, String position) {}

  /** Where it was read. */
  Origin origin();

  /** A record, not yet checked against the schema. */
  record Row(VectorRecord vector, Origin origin) implements Item {}

  /**
   * Something that cannot be a record.
   *
   * @param reason why, with the remedy
   * @param raw its first bytes
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  record DeadLetter(String reason, byte[] raw, Origin origin) implements Item {}
}
