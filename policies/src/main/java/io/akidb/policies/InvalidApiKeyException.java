package io.akidb.policies;

/** A key given by configuration cannot be one. */
public final class InvalidApiKeyException extends PoliciesException {
  /** Says what is wrong, without any secret. */
  public InvalidApiKeyException(String message) {
    super(message);
  }
}
