package io.akidb.policies;

/** There is no such API key. */
public final class ApiKeyNotFoundException extends PoliciesException {
  /** Says what is wrong, without any secret. */
  public ApiKeyNotFoundException(String message) {
    super(message);
  }
}
