package io.akidb.ingest;

/** A record that cannot be one; becomes a dead letter with this message as its reason. */
final class BadRecordException extends RuntimeException {
  BadRecordException(String reason) {
    super(reason);
  }
}
