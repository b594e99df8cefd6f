package io.akidb.diskann;

import org.jspecify.annotations.Nullable;

/** Written in a version that is no longer read. */
public final class ShardTooOldException extends ShardFormatException {
  /** Says what, naming the section and the offset where they are known. */
  public ShardTooOldException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
