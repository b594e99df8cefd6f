package io.akidb.serving.collection;

import static io.akidb.serving.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.catalog.Catalog;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.Metric;
import io.akidb.catalog.OrderClock;
import io.akidb.catalog.VectorRecord;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.serving.HookedStore;
import io.akidb.serving.fresh.FreshBudget;
import io.akidb.serving.ingest.GroupCommitter;
import io.akidb.serving.ingest.IngestConfig;
import io.akidb.serving.metrics.NodeMetrics;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes that take longer than their callers wait. */
class SlowWritesTest {
  private static final TenantContext TENANT = new TenantContext(TenantId.DEFAULT, "test");
  private static final CollectionName NAME = new CollectionName("c");
  private static final int ROWS = 12;
  private static final int ROW_BYTES = 50_000;

  @TempDir Path folder;

  private final Clock clock = Clock.systemUTC();
  private final HookedStore slow = new HookedStore(new InMemoryStore(clock));
  private final FreshBudget memory = new FreshBudget(1 << 20);

  private OpenCollections open(Duration writeTimeout) {
    IngestConfig ingest = new IngestConfig(Duration.ZERO, ROWS, 1 << 20, writeTimeout, folder);
    return new OpenCollections(
        new Catalog(slow, clock),
        new CollectionsConfig(1, Duration.ofHours(1), Duration.ofHours(1), 1, 1 << 20),
        memory,
        (collection, manifest) -> {
          throw new IllegalStateException("nothing is built here");
        },
        target ->
            new GroupCommitter(
                target,
                new OrderClock(clock),
                ingest,
                new NodeMetrics(),
                Thread.ofVirtual().factory()));
  }

  private static List<VectorRecord> rows() {
    byte[] payload =
        ("{\"text\": \"" + "x".repeat(ROW_BYTES) + "\"}").getBytes(StandardCharsets.UTF_8);
    return IntStream.range(0, ROWS)
        .mapToObj(i -> VectorRecord.upsert("v" + i, 0, new float[] {3, i}, payload))
        .toList();
  }

  @Test
  void memory_ofAWriteThatTakesTooLong_isCountedUntilItIsOver() throws Exception {
    new Catalog(slow, clock).create(TENANT, NAME, CollectionSchema.of(2, Metric.L2));
    CountDownLatch mayGoOn = new CountDownLatch(1);
    AtomicBoolean isHeld = new AtomicBoolean();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
        OpenCollections tight = open(Duration.ofMillis(500))) {
      long before = tight.get(TENANT, NAME).view().generation();
      long used = memory.used();
      slow.before(
          (method, key) -> {
            isHeld.set(true);
            try {
              assertThat(mayGoOn.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          });
      Future<?> write = callers.submit(() -> tight.commit(TENANT, NAME, rows()));
      await("the write is on its way", isHeld::get);
      await("its caller has been told that it takes too long", write::isDone);
      assertThat(write.exceptionNow())
          .isInstanceOfSatisfying(
              ServingException.class,
              e -> assertThat(e.reason()).isEqualTo(Reason.OUTCOME_UNKNOWN));
      assertThat(memory.used()).isGreaterThan(used + ROWS * ROW_BYTES);
      assertThatThrownBy(() -> tight.commit(TENANT, NAME, rows()))
          .isInstanceOf(ServingException.class)
          .hasMessageContaining("build the index");

      mayGoOn.countDown();
      await("it is over", () -> tight.get(TENANT, NAME).view().generation() > before);
      assertThat(tight.get(TENANT, NAME).view().liveVectors()).isEqualTo(ROWS);
    }
    assertThat(memory.used()).isZero();
  }
}
