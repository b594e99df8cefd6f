package io.akidb.serving.ingest;

import static io.akidb.serving.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.catalog.Catalog;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.Metric;
import io.akidb.catalog.OrderClock;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.serving.metrics.NodeMetrics;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupCommitterTest {
  @TempDir Path folder;

  private final Clock clock = Clock.systemUTC();
  private final VectorCollection collection =
      new Catalog(new InMemoryStore(clock), clock)
          .create(
              new TenantContext(TenantId.DEFAULT, "test"),
              new CollectionName("c"),
              CollectionSchema.of(2, Metric.L2));
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final Queue<Error> failures = new ConcurrentLinkedQueue<>();
  private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();
  private final AtomicInteger ended = new AtomicInteger();
  private volatile CountDownLatch mayGoOn = new CountDownLatch(0);

  private GroupCommitter committer() {
    return committer(Duration.ofMillis(1), Duration.ofSeconds(30));
  }

  private GroupCommitter committer(Duration window, Duration timeout) {
    return committer(
        window,
        timeout,
        task -> {
          Thread thread =
              Thread.ofVirtual()
                  .uncaughtExceptionHandler((which, e) -> uncaught.add(e))
                  .unstarted(task);
          threads.add(thread);
          return thread;
        });
  }

  private GroupCommitter committer(Duration window, Duration timeout, ThreadFactory factory) {
    CommitTarget target =
        new CommitTarget() {
          @Override
          public VectorCollection collection() {
            return collection;
          }

          @Override
          public long maxOrder() {
            return collection.known().maxOrder();
          }

          @Override
          public void applyCommitted(Manifest committed, Map<UUID, List<VectorRecord>> own) {
            try {
              mayGoOn.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            Error failure = failures.poll();
            if (failure != null) {
              throw failure;
            }
          }
        };
    return new GroupCommitter(
        target,
        new OrderClock(clock),
        new IngestConfig(window, 1000, 1 << 20, timeout, folder),
        new NodeMetrics(),
        factory);
  }

  private static List<VectorRecord> row(int i) {
    return List.of(VectorRecord.upsert("v" + i, 0, new float[] {i, 1}, null));
  }

  @Test
  void committer_thatNobodyWritesTo_hasNoThread() {
    try (GroupCommitter committer = committer()) {
      assertThat(committer.queuedBytes()).isZero();
      assertThat(threads).isEmpty();
    }
  }

  @Test
  void thread_endsWhenNothingWaits_andTheNextWriteGetsAnother() {
    try (GroupCommitter committer = committer()) {
      for (int i = 0; i < 3; i++) {
        assertThat(committer.commit(row(i), () -> {}).freshRows()).isEqualTo(i + 1);
        Thread last = threads.getLast();
        await("the thread ends", () -> !last.isAlive());
        assertThat(threads).hasSize(i + 1);
      }
      assertThat(committer.queuedBytes()).isZero();
    }
  }

  @Test
  void manyWritersAtOnce_eachRowIsCommittedOnce() throws Exception {
    List<Callable<Manifest>> writes = new ArrayList<>();
    int count = 200;
    try (GroupCommitter committer = committer()) {
      for (int i = 0; i < count; i++) {
        int row = i;
        writes.add(() -> committer.commit(row(row), ended::incrementAndGet));
      }
      try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
        for (Future<Manifest> written : writers.invokeAll(writes)) {
          assertThat(written.get().freshRows()).isPositive();
        }
      }
    }
    assertThat(ended).hasValue(count);
    assertThat(collection.head().freshRows()).isEqualTo(count);
    assertThat(threads).hasSizeLessThanOrEqualTo(count);
  }

  @Test
  void close_waitsForWhatWaits_andTakesNoMore() throws Exception {
    GroupCommitter committer = committer();
    mayGoOn = new CountDownLatch(1);
    try (ExecutorService others = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Manifest> written = others.submit(() -> committer.commit(row(1), () -> {}));
      await("the commit is in the bucket", () -> collection.head().freshRows() == 1);
      Future<?> closed = others.submit(committer::close);
      assertThat(closed).isNotDone();
      mayGoOn.countDown();
      closed.get();
      assertThat(written.get().freshRows()).isEqualTo(1);
    }
    assertThatThrownBy(() -> committer.commit(row(2), ended::incrementAndGet))
        .hasMessageContaining("being closed");
    assertThat(ended).hasValue(1);
    assertThat(threads.getFirst().join(Duration.ofSeconds(20))).isTrue();
  }

  private static void refused(Reason reason, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void write_thatTakesTooLong_endsWhenItsCommitDoes_andOneThatStillWaitsAtOnce() {
    mayGoOn = new CountDownLatch(1);
    try (GroupCommitter committer = committer(Duration.ZERO, Duration.ofMillis(500));
        ExecutorService others = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Manifest> slow = others.submit(() -> committer.commit(row(1), ended::incrementAndGet));
      await("the commit is in the bucket", () -> collection.head().freshRows() == 1);
      AtomicInteger neverMade = new AtomicInteger();
      refused(Reason.OVERLOADED, () -> committer.commit(row(2), neverMade::incrementAndGet));
      assertThat(neverMade).hasValue(1);

      await("its caller to be told", slow::isDone);
      assertThat(slow.exceptionNow())
          .isInstanceOfSatisfying(
              ServingException.class,
              e -> assertThat(e.reason()).isEqualTo(Reason.OUTCOME_UNKNOWN));
      assertThat(ended).as("it is on its way still").hasValue(0);
      assertThat(committer.queuedBytes()).isPositive();
      mayGoOn.countDown();
      await("its end", () -> ended.get() == 1);
      assertThat(committer.queuedBytes()).isZero();
    }
    assertThat(ended).hasValue(1);
  }

  @Test
  void write_thatWaitsForOthers_whenItsThreadIsStopped_isRefusedAndEnds() throws Exception {
    try (GroupCommitter committer = committer(Duration.ofMinutes(5), Duration.ofSeconds(30));
        ExecutorService others = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> write =
          others.submit(
              () ->
                  refused(
                      Reason.OVERLOADED, () -> committer.commit(row(1), ended::incrementAndGet)));
      await(
          "the thread waits for other writes",
          () -> !threads.isEmpty() && threads.getFirst().getState() == Thread.State.TIMED_WAITING);
      threads.getFirst().interrupt();
      write.get();
      assertThat(ended).hasValue(1);
      assertThat(committer.queuedBytes()).isZero();
    }
  }

  @Test
  void write_whoseThreadCannotBeMade_isNotLeftWaiting() {
    AtomicBoolean isShort = new AtomicBoolean(true);
    try (GroupCommitter committer =
        committer(
            Duration.ZERO,
            Duration.ofSeconds(30),
            task ->
                new Thread(task) {
                  @Override
                  public void start() {
                    if (isShort.getAndSet(false)) {
                      throw new OutOfMemoryError("unable to create native thread");
                    }
                    super.start();
                  }
                })) {
      isRefusedOnce(committer);
    }
    assertThat(ended).hasValue(2);
  }

  @Test
  void write_whoseThreadIsNotEvenThere_isNotLeftWaiting() {
    AtomicBoolean isShort = new AtomicBoolean(true);
    try (GroupCommitter committer =
        committer(
            Duration.ZERO,
            Duration.ofSeconds(30),
            task -> {
              if (isShort.getAndSet(false)) {
                throw new OutOfMemoryError("Java heap space");
              }
              return new Thread(task);
            })) {
      isRefusedOnce(committer);
    }
    assertThat(ended).hasValue(2);
  }

  private void isRefusedOnce(GroupCommitter committer) {
    assertThatThrownBy(() -> committer.commit(row(1), ended::incrementAndGet))
        .isInstanceOf(OutOfMemoryError.class);
    assertThat(ended).hasValue(1);
    assertThat(committer.queuedBytes()).isZero();
    assertThat(committer.commit(row(2), ended::incrementAndGet).freshRows()).isEqualTo(1);
  }

  @Test
  void failure_thatEndsTheThread_isToldToAllWhoWait_andLaterWritesAreMade() throws Exception {
    mayGoOn = new CountDownLatch(1);
    Error failure = new LinkageError("for a test");
    failures.add(failure);
    AtomicReference<Thread> waiting = new AtomicReference<>();
    try (GroupCommitter committer = committer(Duration.ZERO, Duration.ofSeconds(30));
        ExecutorService others = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> first =
          others.submit(
              () ->
                  refused(
                      Reason.OUTCOME_UNKNOWN,
                      () -> committer.commit(row(1), ended::incrementAndGet)));
      await("the commit is in the bucket", () -> collection.head().freshRows() == 1);
      Future<?> second =
          others.submit(
              () -> {
                waiting.set(Thread.currentThread());
                refused(Reason.OVERLOADED, () -> committer.commit(row(2), ended::incrementAndGet));
              });
      await(
          "the second write waits",
          () -> waiting.get() != null && waiting.get().getState() == Thread.State.TIMED_WAITING);
      mayGoOn.countDown();
      first.get();
      second.get();
      assertThat(ended).hasValue(2);
      assertThat(committer.queuedBytes()).isZero();
      assertThat(threads.getFirst().join(Duration.ofSeconds(20))).isTrue();
      assertThat(uncaught).containsExactly(failure);

      assertThat(committer.commit(row(3), ended::incrementAndGet).freshRows()).isEqualTo(2);
    }
    assertThat(ended).hasValue(3);
  }

  @Test
  void wantOfMemory_inACommitOrWhenAWriteEnds_isNotTheEndOfOthers() {
    failures.add(new OutOfMemoryError("for a test"));
    try (GroupCommitter committer = committer()) {
      refused(Reason.OUTCOME_UNKNOWN, () -> committer.commit(row(1), ended::incrementAndGet));
      assertThat(ended).hasValue(1);
      Manifest committed =
          committer.commit(
              row(2),
              () -> {
                throw new OutOfMemoryError("for a test");
              });
      assertThat(committed.freshRows()).isEqualTo(2);
      assertThat(committer.commit(row(3), ended::incrementAndGet).freshRows()).isEqualTo(3);
      assertThat(committer.queuedBytes()).isZero();
    }
    assertThat(ended).hasValue(2);
    assertThat(uncaught).isEmpty();
  }
}
