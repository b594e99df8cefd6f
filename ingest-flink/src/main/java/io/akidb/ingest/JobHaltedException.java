package io.akidb.ingest;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;
import org.jspecify.annotations.Nullable;

/** The job cannot go on, and to restart it would not help: a newer one has taken over, say. */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class JobHaltedException extends IngestException {
  /** Says why, and what to do. */
  public JobHaltedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
