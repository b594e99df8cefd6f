package io.akidb.catalog;

import org.jspecify.annotations.Nullable;

/** A segment is not what its reference says: damaged, cut short, or not one. */
public final class CorruptSegmentException extends CatalogException {
  /** Creates one. */
  public CorruptSegmentException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
