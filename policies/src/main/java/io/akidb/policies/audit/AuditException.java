package io.akidb.policies.audit;

import org.jspecify.annotations.Nullable;

/** The root of what this package throws besides the object store's own exceptions. */
public abstract sealed class AuditException extends RuntimeException
    permits AuditUnavailableException, CorruptAuditException, InvalidAuditRequestException {
  AuditException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
