package io.akidb.ingest;

import org.jspecify.annotations.Nullable;

/** The root of what ends the job. */
public abstract sealed class IngestException extends RuntimeException
    permits IngestUsageException,
        UnreadableFileException,
        IngestFailedException,
        JobHaltedException {
  IngestException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
