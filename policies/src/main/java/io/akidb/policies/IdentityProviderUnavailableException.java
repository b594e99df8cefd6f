package io.akidb.policies;

import org.jspecify.annotations.Nullable;

/** The identity provider does not answer, so that its tokens cannot be checked right now. */
public final class IdentityProviderUnavailableException extends PoliciesException {
  private static final long serialVersionUID = 1;

  /** Says what is wrong, without any token. */
  public IdentityProviderUnavailableException(String message, @Nullable Throwable cause) {
    super(message);
    initCause(cause);
  }
}
