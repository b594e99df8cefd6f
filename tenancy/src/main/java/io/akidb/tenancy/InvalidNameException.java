package io.akidb.tenancy;

/** A name or id that cannot be one. */
public final class InvalidNameException extends TenancyException {
  private final String field;

  /** Names the field and what is wrong with it; the hostile text itself is not repeated. */
  public InvalidNameException(String field, String problem) {
    super(field + " " + problem);
    this.field = field;
  }

  /** The field of the request that holds the name. */
  public String field() {
    return field;
  }
}
