package io.akidb.serving.fresh;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A fresh tier as it was after one commit. Immutable; safe for many threads at once. */
public final class FreshSnapshot {
  // Equal ones by id, so that an answer does not depend on the order of writing.
  private static final Comparator<FreshHit> NEAREST_FIRST =
      Comparator.comparingDouble(FreshHit::distance).thenComparing(hit -> hit.row().id());

  private final FreshTier tier;
  private final long version;
  private final int slots;
  private final long liveVectors;
  private final long hiddenInIndex;

  FreshSnapshot(FreshTier tier, long version, int slots, long liveVectors, long hiddenInIndex) {
    this.tier = tier;
    this.version = version;
    this.slots = slots;
    this.liveVectors = liveVectors;
    this.hiddenInIndex = hiddenInIndex;
  }

  /** Vectors that are neither deleted nor replaced. */
  public long liveVectors() {
    return liveVectors;
  }

  /** Ids whose version in the index is replaced or deleted here. */
  public long hiddenInIndex() {
    return hiddenInIndex;
  }

  /** Vectors that a scan passes. */
  public int scannedVectors() {
    return slots;
  }

  /** Whether it holds no row, not even a deletion. */
  public boolean isEmpty() {
    return tier.isEmpty();
  }

  /** What the id is here: a version, its deletion, or null when the index decides. */
  public @Nullable FreshRow find(String id) {
    FreshRow row = tier.newest(id);
    return row == null ? null : row.at(version);
  }

  /** A copy of the row's vector, {@code [dimension]}; the row must not be a tombstone. */
  public float[] vector(FreshRow row) {
    int offset = tier.offsetOf(row.slot());
    return Arrays.copyOfRange(
        tier.blockOf(row.slot()).vectors, offset, offset + tier.schema().dimension());
  }

  /**
   * The {@code k} nearest of the rows that pass, exactly; nearest first. The filter is asked only
   * for rows that are near enough.
   *
   * @param distanceMax nothing farther than this
   */
  public List<FreshHit> nearest(
      QueryVector query, int k, float distanceMax, Predicate<FreshRow> filter) {
    PriorityQueue<FreshHit> farthest =
        new PriorityQueue<>(Math.min(k, 1024) + 1, NEAREST_FIRST.reversed());
    float bound = distanceMax;
    int dimension = tier.schema().dimension();
    FreshTier.Block[] blocks = tier.blocks();
    int left = slots;
    for (int b = 0; left > 0; b++) {
      FreshTier.Block block = blocks[b];
      int rows = Math.min(left, tier.blockRows());
      left -= rows;
      for (int i = 0; i < rows; i++) {
        float distance = query.distance(block.vectors, i * dimension, block.inverseNorms[i]);
        if (distance > bound) {
          continue;
        }
        FreshRow row = block.rows[i];
        if (!row.isVisibleAt(version) || !filter.test(row)) {
          continue;
        }
        farthest.add(new FreshHit(row, distance));
        if (farthest.size() > k) {
          farthest.poll();
        }
        if (farthest.size() == k) {
          bound = Math.min(distanceMax, farthest.element().distance());
        }
      }
    }
    List<FreshHit> hits = new ArrayList<>(farthest);
    hits.sort(NEAREST_FIRST);
    return hits;
  }

  /** Hands over each live row, in no order. */
  public void forEachLive(Consumer<FreshRow> consumer) {
    for (FreshRow newest : tier.newestRows()) {
      FreshRow row = newest.at(version);
      if (row != null && !row.isTombstone()) {
        consumer.accept(row);
      }
    }
  }

  /** Hands over each id that has a row or a deletion here. */
  public void forEachId(Consumer<String> consumer) {
    for (FreshRow newest : tier.newestRows()) {
      if (newest.at(version) != null) {
        consumer.accept(newest.id());
      }
    }
  }
}
