package io.akidb.serving.search;

import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexType;
import io.akidb.catalog.Metric;
import io.akidb.catalog.VectorRecord;
import io.akidb.serving.fresh.FreshBudget;
import io.akidb.serving.fresh.FreshTier;
import io.akidb.serving.fresh.IndexedVersions;
import io.akidb.serving.fresh.QueryVector;
import io.akidb.tenancy.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Searches made-up vectors until the JVM has compiled the kernels. Until then each SIMD operation
 * allocates its vectors: the first scan of 20,000 x 384 numbers took 100 ms of a core and 100 MB,
 * the third one 2 ms and nothing. Takes about 0.1 s of a core; ends early when it is interrupted.
 */
public final class KernelWarmUp implements Runnable {
  private static final int ROWS = 1_000;
  private static final int DIMENSION = 64;
  private static final int SCANS = 20;
  private static final int HITS = 10;

  private final SplittableRandom random;

  /** With numbers out of {@code random}. */
  public KernelWarmUp(SplittableRandom random) {
    this.random = random;
  }

  @Override
  public void run() {
    for (Metric metric : Metric.values()) {
      FreshTier tier = tier(metric);
      for (int scan = 0; scan < SCANS && !Thread.currentThread().isInterrupted(); scan++) {
        tier.snapshot()
            .nearest(new QueryVector(metric, vector()), HITS, Float.POSITIVE_INFINITY, row -> true);
      }
    }
  }

  private FreshTier tier(Metric metric) {
    CollectionSchema schema =
        new CollectionSchema(DIMENSION, metric, IndexType.FLAT, new TreeMap<>());
    FreshTier tier =
        new FreshTier(
            schema, new FreshBudget(Long.MAX_VALUE).of(TenantId.DEFAULT), IndexedVersions.NONE);
    List<VectorRecord> rows = new ArrayList<>(ROWS);
    for (int row = 0; row < ROWS; row++) {
      rows.add(VectorRecord.upsert(String.valueOf(row), row, vector(), null));
    }
    tier.apply(0, rows);
    return tier;
  }

  private float[] vector() {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextDouble(-1, 1);
    }
    return vector;
  }
}
