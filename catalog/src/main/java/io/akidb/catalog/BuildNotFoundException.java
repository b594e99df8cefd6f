package io.akidb.catalog;

/** There is no such build request. */
public final class BuildNotFoundException extends CatalogException {
  /** Creates one. */
  public BuildNotFoundException(java.util.UUID build) {
    super("there is no build " + build);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
