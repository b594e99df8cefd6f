package io.akidb.policies;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The name is taken, or the thing was changed by too many others at once. */
public final class PolicyConflictException extends PoliciesException {
  private static final long serialVersionUID = 1;

  private final @Nullable String field;

  /** Says what is wrong, without any secret. */
  public PolicyConflictException(String message) {
    super(message);
    this.field = null;
  }

  /**
   * Names what is taken.
   *
   * @param field as it stands in the caller's object
   * @param message what is wrong with it, without the field's name
   */
  public PolicyConflictException(String field, String message) {
    super(message);
    this.field = field;
  }

  /** The field that has what is taken; empty where it is none of the caller's object. */
  public Optional<String> field() {
    return Optional.ofNullable(field);
  }
}
