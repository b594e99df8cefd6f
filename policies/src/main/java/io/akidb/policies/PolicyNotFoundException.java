package io.akidb.policies;

/** There is no such user, role or key. */
public final class PolicyNotFoundException extends PoliciesException {
  private static final long serialVersionUID = 1;

  /** Says what is wrong, without any secret. */
  public PolicyNotFoundException(String message) {
    super(message);
  }
}
