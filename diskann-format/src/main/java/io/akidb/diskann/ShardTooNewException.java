package io.akidb.diskann;

import org.jspecify.annotations.Nullable;

/** Written by a later version, or needs a feature that this one lacks. */
public final class ShardTooNewException extends ShardFormatException {
  /** Says what, naming the section and the offset where they are known. */
  public ShardTooNewException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
