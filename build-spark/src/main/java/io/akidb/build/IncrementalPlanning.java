package io.akidb.build;

import io.akidb.build.ShardPlan.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes the plan of a build that keeps the partitions of the one before: which shards are merged
 * with what changed, which are built anew, which stay as they are. Says no where that would not
 * pay, or where a shard would grow too large.
 */
final class IncrementalPlanning {
  /** Where more than this part of all rows is in shards to be built, new partitions are better. */
  private static final double BUILT_SHARE_MAX = 0.5;

  private final Basis basis;
  private final MergeRule rule;
  private final long shardRowsMax;

  /**
   * Prepares.
   *
   * @param shardRowsMax most rows of one shard
   */
  IncrementalPlanning(Basis basis, MergeRule rule, long shardRowsMax) {
    this.basis = basis;
    this.rule = rule;
    this.shardRowsMax = shardRowsMax;
  }

  /**
   * The plan, or empty if partitions should be made anew.
   *
   * @param anew is told why they should
   */
  Optional<BuildPlan> plan(
      long readGeneration, long retainTombstonesAfter, ChangeCounts counts, Consumer<String> anew) {
    List<ShardPlan> shards = new ArrayList<>();
    long rows = 0;
    long built = 0;
    for (int shard = 0; shard < counts.shards(); shard++) {
      ShardPlan planned = plan(shard, counts);
      if (planned.rows() > shardRowsMax) {
        anew.accept("shard " + shard + " would have more than " + shardRowsMax + " rows");
        return Optional.empty();
      }
      rows += planned.rows();
      built += planned.way() == Way.BUILT ? planned.rows() : 0;
      shards.add(planned);
    }
    if (built > BUILT_SHARE_MAX * rows) {
      anew.accept(
          "shards with "
              + built
              + " of "
              + rows
              + " rows have changed too much or been merged too often");
      return Optional.empty();
    }
    return Optional.of(
        new BuildPlan(
            BuildPlan.VERSION,
            readGeneration,
            retainTombstonesAfter,
            counts.tally(),
            shardRowsMax,
            shards,
            basis.plan().routerCrc32c(),
            basis.plan().codebookCrc32c(),
            basis.index().buildId()));
  }

  private ShardPlan plan(int shard, ChangeCounts counts) {
    ShardPlan before = basis.plan().shards().get(shard);
    long changes = counts.removed(shard) + counts.added(shard);
    new Reconciliation()
        .expect(
            "rows of shard " + shard + " after the changes",
            before.rows() - counts.removed(shard) + counts.added(shard),
            counts.own(shard) + counts.copies(shard))
        .require("reading ids of the previous index");
    Way way;
    if (changes == 0) {
      way = Way.CARRIED;
    } else if (changes > rule.changedShareMax() * before.rows()
        || before.merges() >= rule.inARowMax()) {
      way = Way.BUILT;
    } else {
      way = Way.MERGED;
    }
    return new ShardPlan(
        counts.own(shard),
        counts.copies(shard),
        before.replicaBucketMin(),
        way,
        switch (way) {
          case BUILT -> 0;
          case MERGED -> before.merges() + 1;
          case CARRIED -> before.merges();
        },
        counts.removed(shard),
        counts.added(shard));
  }
}
