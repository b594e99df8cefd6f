package io.akidb.build;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;

/** Looks for the shards that an earlier attempt of a build finished. */
record FinishedShards(CollectionBuild.Tools tools, CollectionAddress address, UUID buildId) {
  /**
   * Receipts of shards that an earlier attempt finished by the same plan and that are still what
   * they were.
   */
  List<ShardReceipt> of(BuildFiles.StoredPlan stored) {
    BuildFiles files = new BuildFiles(tools.store(), address, buildId);
    List<ShardReceipt> candidates = new ArrayList<>();
    for (int shard : stored.plan().shardNumbers()) {
      files
          .receipt(shard)
          .filter(receipt -> receipt.planCrc32c() == stored.crc32c())
          .ifPresent(candidates::add);
    }
    return candidates.isEmpty() ? candidates : verified(candidates);
  }

  private List<ShardReceipt> verified(List<ShardReceipt> candidates) {
    JavaSparkContext spark = tools.spark().context();
    VerifyTask task = new VerifyTask(tools.access(), address, buildId);
    return spark
        .parallelize(candidates, Math.min(candidates.size(), 4 * spark.defaultParallelism()))
        .mapPartitions(task::run)
        .collect();
  }
}
