package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.objectstore.InMemoryStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadinessTest {
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger looks = new AtomicInteger();
  private volatile boolean answers = true;

  private boolean look() {
    looks.incrementAndGet();
    return answers;
  }

  @Test
  void asked_withinASecond_looksOnce() {
    Readiness readiness = new Readiness(this::look, nanos::get);
    assertThat(readiness.getAsBoolean()).isTrue();
    answers = false;
    nanos.addAndGet(Readiness.TRUST_NANOS - 1);
    assertThat(readiness.getAsBoolean()).isTrue();
    assertThat(looks).hasValue(1);
    nanos.addAndGet(1);
    assertThat(readiness.getAsBoolean()).isFalse();
    assertThat(readiness.getAsBoolean()).isFalse();
    assertThat(looks).hasValue(2);
  }

  @Test
  void asked_whileSomebodyLooks_isToldWhatWasSeenLast() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    Readiness readiness =
        new Readiness(
            () -> {
              if (looks.incrementAndGet() > 1) {
                begun.countDown();
                await(answered);
                return false;
              }
              return true;
            },
            nanos::get);
    assertThat(readiness.getAsBoolean()).isTrue();
    nanos.addAndGet(Readiness.TRUST_NANOS);
    try (ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        Future<Boolean> looking = other.submit(readiness::getAsBoolean);
        await(begun);
        assertThat(readiness.getAsBoolean()).isTrue();
        answered.countDown();
        assertThat(looking.get()).isFalse();
      } finally {
        answered.countDown();
      }
    }
    assertThat(looks).hasValue(2);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void floodOfHealthChecks_costsTheBucketALookASecond(@TempDir Path folder) {
    HookedStore store = new HookedStore(new InMemoryStore(Clock.systemUTC()));
    try (TestNode node = TestNode.start(folder, store, folder.resolve("cache"))) {
      store.before(
          (method, key) -> {
            if (method.equals("get") && key.equals("akidb/tenants/default/manifest.json")) {
              looks.incrementAndGet();
            }
          });
      TestNode stranger = node.as("");
      long start = System.nanoTime();
      for (int i = 0; i < 100; i++) {
        stranger.get("/health/ready").expect(200);
      }
      long seconds = 1 + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
      assertThat(looks).hasValueBetween(1, (int) seconds);
    }
  }
}
