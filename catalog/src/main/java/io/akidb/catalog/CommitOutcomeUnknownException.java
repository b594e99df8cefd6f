package io.akidb.catalog;

import org.jspecify.annotations.Nullable;

/** The commit may have happened or not, and looking did not tell. */
public final class CommitOutcomeUnknownException extends CatalogException {
  /** Creates one. */
  public CommitOutcomeUnknownException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
