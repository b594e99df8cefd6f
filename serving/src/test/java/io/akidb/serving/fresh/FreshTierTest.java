package io.akidb.serving.fresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.Metric;
import io.akidb.catalog.VectorRecord;
import io.akidb.tenancy.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FreshTierTest {
  private static final long SEED = 5;
  private static final int DIMENSION = 64;
  // Beyond one block, which has 1,024 rows of this dimension.
  private static final int ROWS = 2_100;

  private final FreshBudget budget = new FreshBudget(1 << 30);

  private FreshTier tier(Metric metric) {
    return new FreshTier(
        CollectionSchema.of(DIMENSION, metric), budget.of(TenantId.DEFAULT), IndexedVersions.NONE);
  }

  private static List<VectorRecord> rows(int from, int count) {
    List<VectorRecord> rows = new ArrayList<>();
    for (int row = from; row < from + count; row++) {
      rows.add(VectorRecord.upsert("v" + row, row, vector(row), null));
    }
    return rows;
  }

  private static float[] vector(int row) {
    SplittableRandom random = new SplittableRandom(SEED + row);
    float[] vector = new float[DIMENSION];
    for (int d = 0; d < DIMENSION; d++) {
      vector[d] = (float) random.nextDouble(-1, 1);
    }
    return vector;
  }

  @Test
  void rebuiltOn_whatFailsOnTheWay_keepsNoMemory() {
    FreshTier tier = tier(Metric.L2);
    tier.apply(0, rows(0, 100));
    long used = budget.used();
    AtomicInteger asked = new AtomicInteger();
    IndexedVersions failing =
        new IndexedVersions() {
          @Override
          public long maxOrder() {
            return -1;
          }

          @Override
          public long newestOrder(String id) {
            return -1;
          }

          @Override
          public boolean contains(String id) {
            if (asked.incrementAndGet() > 50) {
              throw new OutOfMemoryError("in a test");
            }
            return false;
          }
        };
    assertThatThrownBy(() -> tier.rebuiltOn(failing, -1)).isInstanceOf(OutOfMemoryError.class);
    assertThat(budget.used()).isEqualTo(used);
    assertThat(tier.snapshot().find("v0")).isNotNull();
    tier.release();
    assertThat(budget.used()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void snapshot_whileTheTierGrows_staysWhatItWas(Metric metric) {
    FreshTier tier = tier(metric);
    List<FreshSnapshot> snapshots = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    int size = 0;
    for (int sequence = 0; size < ROWS; sequence++) {
      int count = Math.min(1 + sequence * 7, ROWS - size);
      tier.apply(sequence, rows(size, count));
      size += count;
      snapshots.add(tier.snapshot());
      sizes.add(size);
    }
    for (int s = 0; s < snapshots.size(); s++) {
      FreshSnapshot snapshot = snapshots.get(s);
      int rows = sizes.get(s);
      assertThat(snapshot.scannedVectors()).isEqualTo(rows);
      assertThat(snapshot.find("v" + rows)).isNull();
      for (int row : List.of(0, rows / 2, rows - 1)) {
        FreshRow found = snapshot.find("v" + row);
        assertThat(snapshot.vector(found)).isEqualTo(vector(row));
      }
      QueryVector query = new QueryVector(metric, vector(rows - 1));
      List<FreshHit> all = snapshot.nearest(query, rows, Float.POSITIVE_INFINITY, row -> true);
      assertThat(all).hasSize(rows);
      if (metric != Metric.DOT) {
        assertThat(all.getFirst().row().id()).isEqualTo("v" + (rows - 1));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 50, 1_000})
  void fewRows_takeMemoryForAboutThemselves(int rows) {
    FreshTier tier = tier(Metric.L2);

    tier.apply(0, rows(0, rows));

    long vectors = 4L * rows * DIMENSION;
    long others = 220L * rows;
    assertThat(tier.bytes()).isBetween(vectors, 2 * vectors + others + 8 * 4 * DIMENSION);
    assertThat(budget.used()).isEqualTo(tier.bytes());
    tier.release();
    assertThat(budget.used()).isZero();
  }
}
