package io.akidb.policies.storage;

/** The store's administration did not answer, or refused. */
public final class IdentitiesUnavailableException extends StoragePolicyException {
  /** Says what was tried and what the store said, without any secret. */
  public IdentitiesUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
