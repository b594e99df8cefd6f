package io.akidb.catalog;

/** The build's lease ran out or was taken by somebody else, or the build ended. */
public final class LeaseLostException extends CatalogException {
  /** Creates one. */
  public LeaseLostException(String message) {
    super(message);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
