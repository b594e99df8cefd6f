package io.akidb.ingest;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;
import org.jspecify.annotations.Nullable;

/** A file is not of the type that its name says. Starting again would not help. */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class UnreadableFileException extends IngestException {
  /** Says what, and what to do. */
  public UnreadableFileException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
