package io.akidb.diskann;

import org.jspecify.annotations.Nullable;

/** Not a shard, or damaged. */
public final class CorruptShardException extends ShardFormatException {
  /** Says what, naming the section and the offset where they are known. */
  public CorruptShardException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
