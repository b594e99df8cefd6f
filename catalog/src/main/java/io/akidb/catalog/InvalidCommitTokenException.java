package io.akidb.catalog;

/** The text is no commit token of this collection. */
public final class InvalidCommitTokenException extends CatalogException {
  /** Creates one. */
  public InvalidCommitTokenException(String problem) {
    super("commit token " + problem);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
