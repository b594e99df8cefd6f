package io.akidb.catalog;

import java.io.Serializable;

/**
 * A built shard.
 *
 * @param partition its partition, by which its object is named
 * @param rows vectors in it
 * @param bytes of the object
 * @param crc32c of the object's bytes
 */
public record ShardRef(int partition, long rows, long bytes, int crc32c) implements Serializable {
  /** Checks the numbers. */
  public ShardRef {
    if (partition < 0 || rows < 0 || bytes < 0) {
      throw new IllegalArgumentException("not a shard's figures: partition " + partition);
    }
  }
}
