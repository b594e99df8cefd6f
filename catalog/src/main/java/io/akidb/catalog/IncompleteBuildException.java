package io.akidb.catalog;

/** A build that shall be published lacks an object that its descriptor lists. */
public final class IncompleteBuildException extends CatalogException {
  /** Creates one. */
  public IncompleteBuildException(String message) {
    super(message);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
