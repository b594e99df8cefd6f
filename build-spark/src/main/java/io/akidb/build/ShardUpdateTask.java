package io.akidb.build;

import io.akidb.catalog.ShardRef;
import io.akidb.diskann.IndexBuilder;
import io.akidb.diskann.ShardMerge;
import io.akidb.diskann.VectorIndex;
import io.akidb.objectstore.ObjectStore;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Iterator;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Makes one shard on an executor out of the same one of the build before and what changed since: by
 * a merge, by building it anew out of both, or, where nothing changed, as it is.
 *
 * @param building what is the same for a shard that is built
 * @param basis the build before
 * @param old its shards that hold anything, by number
 */
record ShardUpdateTask(ShardTask building, UUID basis, Map<Integer, ShardRef> old)
    implements Serializable {
  /**
   * Makes the shard.
   *
   * @param changes ordered by id: what comes in, and tombstones of what the old shard has to lose
   * @throws CountMismatchException if they are not as many as planned
   */
  ShardReceipt run(int shard, Iterator<Tuple2<ShardSlot, Candidate>> changes) throws IOException {
    Path folder = Scratch.folder("shard-" + shard + "-");
    try (ObjectStore store = building.access().open();
        ShardRows base = base(store, shard)) {
      ShardPlan planned = building.plan().shards().get(shard);
      Path file = folder.resolve("shard");
      switch (planned.way()) {
        case CARRIED -> {
          file = required(base, shard).file();
          new Changes(shard, planned).take(changes, null, null);
          building.count(2 * planned.rows());
        }
        case MERGED -> merge(shard, planned, required(base, shard), changes, folder, file);
        case BUILT -> build(shard, planned, base, changes, folder, file);
      }
      building.requireHolds(file, shard, planned);
      return new BuildFiles(store, building.address(), building.buildId())
          .writeShard(file, shard, planned, building.planCrc32c());
    } finally {
      Scratch.delete(folder);
    }
  }

  private @Nullable ShardRows base(ObjectStore store, int shard) throws IOException {
    ShardRef ref = old.get(shard);
    return ref == null
        ? null
        : ShardRows.open(
            store,
            building.address(),
            new InputPiece.Shard(basis, building.schema().indexType(), ref, false));
  }

  private static ShardRows required(@Nullable ShardRows base, int shard) {
    if (base == null) {
      throw new BuildFailedException("shard " + shard + " has nothing to be merged with", null);
    }
    return base;
  }

  private void merge(
      int shard,
      ShardPlan planned,
      ShardRows base,
      Iterator<Tuple2<ShardSlot, Candidate>> changes,
      Path folder,
      Path file)
      throws IOException {
    try (ShardMerge merge =
        building
            .provider()
            .merge(
                base.index(),
                IndexTerms.schema(building.schema()),
                building.parameters(),
                building.trained(),
                folder)) {
      new Changes(shard, planned).take(changes, merge, base.index());
      requireTook(shard, planned, merge);
      ShardTask.Steps steps = building.new Steps("carry", "graph", planned.rows());
      merge.build(file, steps);
      steps.finish();
    }
  }

  private void build(
      int shard,
      ShardPlan planned,
      @Nullable ShardRows base,
      Iterator<Tuple2<ShardSlot, Candidate>> changes,
      Path folder,
      Path file)
      throws IOException {
    try (IndexBuilder builder = building.builder(folder)) {
      Changes taken = new Changes(shard, planned);
      taken.take(changes, builder, base == null ? null : base.index());
      if (base != null) {
        VectorIndex index = base.index();
        for (int node = taken.touched.nextClearBit(0);
            node < index.size();
            node = taken.touched.nextClearBit(node + 1)) {
          builder.add(IndexTerms.row(index.vectorId(node), base.row(node), building.schema()));
        }
      }
      requireTook(shard, planned, builder);
      building.count(planned.rows());
      ShardTask.Steps steps = building.new Steps("graph", null, planned.rows());
      builder.build(file, steps);
      steps.finish();
    }
  }

  private static void requireTook(int shard, ShardPlan planned, IndexBuilder builder) {
    new Reconciliation()
        .expect("rows that the index took", planned.rows(), builder.size())
        .require("changing shard " + shard);
  }

  /** Counts changes on their way into an index. For one thread. */
  private final class Changes {
    private final int shard;
    private final ShardPlan planned;

    /** Nodes of the old shard that are deleted or replaced. */
    private final BitSet touched = new BitSet();

    Changes(int shard, ShardPlan planned) {
      this.shard = shard;
      this.planned = planned;
    }

    void take(
        Iterator<Tuple2<ShardSlot, Candidate>> changes,
        @Nullable IndexBuilder into,
        @Nullable VectorIndex base) {
      long added = 0;
      while (changes.hasNext()) {
        Tuple2<ShardSlot, Candidate> change = changes.next();
        String id = change._1().id();
        int node = base == null ? -1 : base.nodeId(id);
        if (node >= 0) {
          touched.set(node);
        }
        if (change._2().isTombstone()) {
          if (into instanceof ShardMerge merge) {
            merge.delete(id);
          }
        } else {
          added++;
          if (into != null) {
            into.add(IndexTerms.row(id, change._2(), building.schema()));
          }
        }
      }
      new Reconciliation()
          .expect("rows that shard " + shard + " loses", planned.removed(), touched.cardinality())
          .expect("rows that shard " + shard + " gains", planned.added(), added)
          .require("moving changes to shard " + shard);
    }
  }
}
