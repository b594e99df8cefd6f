package io.akidb.ingest;

import org.jspecify.annotations.Nullable;

/** A file is not of the type that its name says. */
public final class UnreadableFileException extends IngestException {
  /** Says what, and what to do. */
  public UnreadableFileException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
