package io.akidb.policies;

/** Something given by a caller is out of bounds. */
public final class InvalidPolicyException extends PoliciesException {
  private static final long serialVersionUID = 1;

  private final String field;

  /**
   * Names the field and the remedy.
   *
   * @param field as it stands in the caller's object
   * @param message what it must be, without the field's name
   */
  public InvalidPolicyException(String field, String message) {
    super(message);
    this.field = field;
  }

  /** The field that is wrong. */
  public String field() {
    return field;
  }
}
