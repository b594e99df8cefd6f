package io.akidb.catalog;

import org.jspecify.annotations.Nullable;

/** A segment or a shard is not in the bucket (any more). */
public final class SegmentMissingException extends CatalogException {
  /** Creates one. */
  public SegmentMissingException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean isRetryable() {
    return false;
  }
}
