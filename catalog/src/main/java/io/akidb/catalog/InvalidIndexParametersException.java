package io.akidb.catalog;

/** Parameters that no build can be made with. */
public final class InvalidIndexParametersException extends CatalogException {
  private final String field;

  /** Names the field and what it must be. */
  public InvalidIndexParametersException(String field, String problem) {
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
