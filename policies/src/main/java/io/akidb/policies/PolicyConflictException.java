package io.akidb.policies;

/** The name is taken, or the thing was changed by too many others at once. */
public final class PolicyConflictException extends PoliciesException {
  private static final long serialVersionUID = 1;

  /** Says what is wrong, without any secret. */
  public PolicyConflictException(String message) {
    super(message);
  }
}
