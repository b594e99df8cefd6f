package io.akidb.policies;

/** A user's, a role's or a token key's object in the bucket cannot be read. */
public final class CorruptPolicyException extends PoliciesException {
  private static final long serialVersionUID = 1;

  /** Says what is wrong, without any secret. */
  public CorruptPolicyException(String message) {
    super(message);
  }
}
