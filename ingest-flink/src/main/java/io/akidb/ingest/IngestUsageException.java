package io.akidb.ingest;

import org.jspecify.annotations.Nullable;

/** The command line cannot be carried out: a name, a path or a combination is wrong. */
public final class IngestUsageException extends IngestException {
  /** Says what, and what to do. */
  public IngestUsageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
