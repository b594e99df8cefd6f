package io.akidb.catalog;

/** The current index read the same generation or a newer one. */
public final class BuildSupersededException extends CatalogException {
  /** Creates one. */
  public BuildSupersededException(long readGeneration, long current) {
    super("the build read generation " + readGeneration + ", the current index read " + current);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
