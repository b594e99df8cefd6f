package io.akidb.build;

import java.io.Serializable;

/**
 * Says that a shard is finished and what was uploaded, so that a restarted build need not make it
 * again.
 *
 * @param partition the shard's number
 * @param primaryRows rows whose own place it is
 * @param replicaRows copies of rows of neighbouring partitions
 * @param bytes of the object
 * @param crc32c of the object's bytes
 * @param etag the store's tag of exactly this upload
 * @param planCrc32c of the plan that it was built by
 */
record ShardReceipt(
    int partition,
    long primaryRows,
    long replicaRows,
    long bytes,
    int crc32c,
    String etag,
    int planCrc32c)
    implements Serializable {
  long rows() {
    return primaryRows + replicaRows;
  }
}
