package io.akidb.catalog;

/** A schema that cannot be one. */
public final class InvalidSchemaException extends CatalogException {
  private final String field;

  /** Names the field and what it must be. */
  public InvalidSchemaException(String field, String problem) {
    super(field + " " + problem);
    this.field = field;
  }

  /** The field, by its name in the API. */
  public String field() {
    return field;
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
