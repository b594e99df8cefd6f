package io.akidb.policies.audit;

/** A query, or a setting, is out of bounds. */
public final class InvalidAuditRequestException extends AuditException {
  private final String field;

  /** Names the field, and says what is wrong with it. */
  public InvalidAuditRequestException(String field, String message) {
    super(message, null);
    this.field = field;
  }

  /** Of the query. */
  public String field() {
    return field;
  }
}
