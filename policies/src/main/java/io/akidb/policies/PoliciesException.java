package io.akidb.policies;

/** The root of what this room throws besides the exceptions of tenancy and the object store. */
public abstract sealed class PoliciesException extends RuntimeException
    permits ApiKeyNotFoundException,
        CorruptApiKeyException,
        CorruptPolicyException,
        IdentityProviderUnavailableException,
        InvalidApiKeyException,
        InvalidPolicyException,
        PolicyConflictException,
        PolicyNotFoundException {
  private static final long serialVersionUID = 1;

  PoliciesException(String message) {
    super(message);
  }
}
