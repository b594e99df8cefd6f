package io.akidb.serving.search;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexType;
import io.akidb.catalog.Metric;
import io.akidb.catalog.VectorRecord;
import io.akidb.serving.fresh.FreshBudget;
import io.akidb.serving.fresh.FreshTier;
import io.akidb.serving.fresh.IndexedVersions;
import io.akidb.serving.fresh.QueryVector;
import io.akidb.tenancy.TenantId;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KernelWarmUpTest {
  private static final int ROWS = 5_000;
  private static final int DIMENSION = 96;

  /** Far below a boxed vector, or anything else, for each row. */
  private static final long BYTES_MAX = 8L * ROWS;

  private static final int SCANS_MAX = 2_000;

  private final SplittableRandom random = new SplittableRandom(11);

  private float[] vector() {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextDouble(-1, 1);
    }
    return vector;
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void scan_onceWarm_allocatesNothingForARow(Metric metric) {
    new KernelWarmUp(random).run();
    CollectionSchema schema =
        new CollectionSchema(DIMENSION, metric, IndexType.FLAT, new TreeMap<>());
    FreshTier tier =
        new FreshTier(schema, new FreshBudget(1 << 30).of(TenantId.DEFAULT), IndexedVersions.NONE);
    List<VectorRecord> rows =
        IntStream.range(0, ROWS)
            .mapToObj(row -> VectorRecord.upsert("v" + row, row, vector(), null))
            .toList();
    tier.apply(0, rows);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    // The compiler works beside this thread, so it is given some more scans to come to its end.
    long allocated = Long.MAX_VALUE;
    for (int scan = 0; scan < SCANS_MAX && allocated > BYTES_MAX; scan++) {
      QueryVector query = new QueryVector(metric, vector());
      long before = threads.getCurrentThreadAllocatedBytes();
      assertThat(tier.snapshot().nearest(query, 10, Float.POSITIVE_INFINITY, row -> true))
          .hasSize(10);
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    assertThat(allocated).isLessThanOrEqualTo(BYTES_MAX);
  }

  @Test
  void run_interrupted_endsAndKeepsTheMark() {
    Thread.currentThread().interrupt();
    new KernelWarmUp(random).run();
    assertThat(Thread.interrupted()).isTrue();
  }
}
