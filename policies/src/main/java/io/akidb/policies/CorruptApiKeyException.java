package io.akidb.policies;

/** An API key's object in the bucket cannot be read. */
public final class CorruptApiKeyException extends PoliciesException {
  /** Says what is wrong, without any secret. */
  public CorruptApiKeyException(String message) {
    super(message);
  }
}
