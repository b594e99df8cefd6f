package io.akidb.catalog;

/** The manifest holds no more writers; remove one that is gone. */
public final class TooManyWritersException extends CatalogException {
  /** Creates one. */
  public TooManyWritersException(int limit) {
    super("the collection has " + limit + " writers; remove one that is gone");
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
