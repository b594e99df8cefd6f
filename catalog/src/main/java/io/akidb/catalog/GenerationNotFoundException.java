package io.akidb.catalog;

/** The generation was never committed, or is no longer kept. */
public final class GenerationNotFoundException extends CatalogException {
  /** Creates one. */
  public GenerationNotFoundException(long generation) {
    super("generation " + generation + " does not exist or is no longer kept");
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
