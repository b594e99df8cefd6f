package io.akidb.catalog;

/** Too many others committed at the same time; nothing was committed. */
public final class CommitContentionException extends CatalogException {
  /** Creates one. */
  public CommitContentionException(int attempts) {
    super("lost " + attempts + " races for the head; nothing was committed");
  }

  @Override
  public boolean isRetryable() {
    return true;
  }
}
