package io.akidb.ingest;

import org.jspecify.annotations.Nullable;

/** The job failed. */
public final class IngestFailedException extends IngestException {
  /** Says what, and what to do. */
  public IngestFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
