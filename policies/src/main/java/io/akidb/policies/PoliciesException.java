package io.akidb.policies;

/** The root of what this room throws besides the exceptions of tenancy and the object store. */
public abstract sealed class PoliciesException extends RuntimeException
    permits ApiKeyNotFoundException, CorruptApiKeyException, InvalidApiKeyException {
  PoliciesException(String message) {
    super(message);
  }
}
