package io.akidb.policies.audit;

import org.jspecify.annotations.Nullable;

/** An event could not be put on record, so that what it tells of must not be done. */
public final class AuditUnavailableException extends AuditException {
  /** Says why. */
  public AuditUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
