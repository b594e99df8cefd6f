package io.akidb.tenancy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RoundsTest {
  private static final long BOUND_SECS = 20;

  @Test
  void rounds_firstAtOnceAndThenAfterEachPause_goOnUntilClosed() throws Exception {
    Semaphore done = new Semaphore(0);
    try (Rounds rounds =
        new Rounds(
            "test",
            Duration.ofMillis(1),
            () -> {
              done.release();
              return false;
            })) {
      assertThat(rounds).isNotNull();
      assertThat(done.tryAcquire(5, BOUND_SECS, TimeUnit.SECONDS)).isTrue();
    }
    int atClose = done.drainPermits();
    assertThat(done.availablePermits()).as("after %d more", atClose).isZero();
  }

  @Test
  void round_thatIsNotFinished_isFollowedAtOnce() throws Exception {
    AtomicInteger count = new AtomicInteger();
    CountDownLatch third = new CountDownLatch(1);
    try (Rounds rounds =
        new Rounds(
            "test",
            Duration.ofDays(1),
            () -> {
              boolean more = count.incrementAndGet() < 3;
              if (!more) {
                third.countDown();
              }
              return more;
            })) {
      assertThat(rounds).isNotNull();
      assertThat(third.await(BOUND_SECS, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(count).hasValue(3);
  }

  @Test
  void round_thatFails_isFollowedByTheNext() throws Exception {
    Semaphore done = new Semaphore(0);
    try (Rounds rounds =
        new Rounds(
            "test",
            Duration.ofMillis(1),
            () -> {
              done.release();
              throw new IllegalStateException("of the test");
            })) {
      assertThat(rounds).isNotNull();
      assertThat(done.tryAcquire(3, BOUND_SECS, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void close_duringARound_interruptsItAndWaits() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    AtomicInteger interrupts = new AtomicInteger();
    Rounds rounds =
        new Rounds(
            "test",
            Duration.ZERO,
            () -> {
              started.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupts.incrementAndGet();
              }
              return true;
            });
    assertThat(started.await(BOUND_SECS, TimeUnit.SECONDS)).isTrue();
    rounds.close();
    assertThat(interrupts).hasValue(1);
  }
}
