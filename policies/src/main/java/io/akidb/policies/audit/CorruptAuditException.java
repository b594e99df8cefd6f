package io.akidb.policies.audit;

import org.jspecify.annotations.Nullable;

/** An object of the audit log, or a key, cannot be read as one. */
public final class CorruptAuditException extends AuditException {
  /** Says which and why. */
  public CorruptAuditException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
