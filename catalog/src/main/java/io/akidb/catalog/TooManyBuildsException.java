package io.akidb.catalog;

/** The collection has too many build requests; finished ones go with garbage collection. */
public final class TooManyBuildsException extends CatalogException {
  /** Creates one. */
  public TooManyBuildsException(int limit) {
    super("the collection has " + limit + " build requests; wait, or collect garbage");
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
