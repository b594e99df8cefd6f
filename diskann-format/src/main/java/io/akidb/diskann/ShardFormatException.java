package io.akidb.diskann;

import org.jspecify.annotations.Nullable;

/** A file that cannot be read as a shard. */
public abstract sealed class ShardFormatException extends RuntimeException
    permits CorruptShardException, ShardTooOldException, ShardTooNewException {
  ShardFormatException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
