package io.akidb.build;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.Partitioner;

/** Gives each shard that is to be built a Spark partition of its own. */
final class ShardSlots extends Partitioner {
  private static final long serialVersionUID = 1;

  private final int[] shards;

  /** Over the numbers of these shards, ascending. */
  ShardSlots(List<Integer> shards) {
    this.shards = shards.stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  /** The shard that a Spark partition builds. */
  int shard(int partition) {
    return shards[partition];
  }

  /** Whether the shard is to be built. */
  boolean has(int shard) {
    return Arrays.binarySearch(shards, shard) >= 0;
  }

  @Override
  public int numPartitions() {
    return shards.length;
  }

  @Override
  public int getPartition(Object key) {
    return Arrays.binarySearch(shards, ((ShardSlot) key).shard());
  }
}
