package io.akidb.build;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that decides what a build makes, written once: a restarted build does the same, shard
 * by shard, whatever was committed meanwhile. It stays with a published index, so that the next
 * build may keep its partitions.
 *
 * @param version of this form, {@value #VERSION}
 * @param readGeneration the generation that is read
 * @param retainTombstonesAfter tombstones of a greater order are carried on
 * @param tally what was read, and what is left of it
 * @param shardRowsMax most rows of one shard
 * @param shards what each shard holds, by number; empty when nothing is live
 * @param routerCrc32c of {@code router.bin}, 0 if there is none
 * @param codebookCrc32c of {@code codebook.bin}, 0 if there is none
 * @param basis the build whose partitions are kept and whose shards are merged; null for new ones
 */
record BuildPlan(
    int version,
    long readGeneration,
    long retainTombstonesAfter,
    Tally tally,
    long shardRowsMax,
    List<ShardPlan> shards,
    int routerCrc32c,
    int codebookCrc32c,
    @Nullable UUID basis)
    implements Serializable {
  static final int VERSION = 2;

  /** Copies. */
  BuildPlan {
    shards = new ArrayList<>(shards);
  }

  /** The numbers of the shards that hold anything, ascending. */
  List<Integer> shardNumbers() {
    return IntStream.range(0, shards.size())
        .filter(shard -> shards.get(shard).rows() > 0)
        .boxed()
        .toList();
  }

  /** How many shards that hold anything come about in a way. */
  int shards(ShardPlan.Way way) {
    return (int) shards.stream().filter(each -> each.rows() > 0 && each.way() == way).count();
  }

  /** Rows of all shards, copies at borders included. */
  long rows() {
    return shards.stream().mapToLong(ShardPlan::rows).sum();
  }
}
