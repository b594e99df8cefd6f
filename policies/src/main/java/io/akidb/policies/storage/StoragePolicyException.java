package io.akidb.policies.storage;

import org.jspecify.annotations.Nullable;

/** The root of what this package throws besides the object store's own exceptions. */
public abstract sealed class StoragePolicyException extends RuntimeException
    permits IdentitiesUnavailableException,
        CredentialsNotWrittenException,
        PolicySyncUsageException {
  StoragePolicyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
