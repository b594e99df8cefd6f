package io.akidb.serving.shard;

import io.akidb.diskann.VectorIndex;

/** The right to read a shard: until it is closed, the cache keeps the file mapped. */
public final class ShardLease implements AutoCloseable {
  private final ShardCache cache;
  private final ShardCache.Entry entry;
  private final OpenShard shard;

  ShardLease(ShardCache cache, ShardCache.Entry entry, OpenShard shard) {
    this.cache = cache;
    this.entry = entry;
    this.shard = shard;
  }

  /** The mapped shard. */
  public VectorIndex index() {
    return shard.index();
  }

  /** The shard with what was computed about it. */
  public OpenShard shard() {
    return shard;
  }

  @Override
  public void close() {
    cache.release(entry);
  }
}
