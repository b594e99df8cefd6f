package io.akidb.policies.storage;

import org.jspecify.annotations.Nullable;

/** New credentials could not be kept, so that the identity was not made. */
public final class CredentialsNotWrittenException extends StoragePolicyException {
  /** Says which file, without any secret. */
  public CredentialsNotWrittenException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
