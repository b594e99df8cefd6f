package io.akidb.serving.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
  private static final int MAX = 100;

  private final AtomicLong nanos = new AtomicLong();
  private final Arrivals arrivals = new Arrivals(2, 250, nanos::get);

  private static InputStream bytes(int count) {
    return new ByteArrayInputStream(new byte[count]);
  }

  private static void refused(Reason reason, String said, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ServingException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(said);
  }

  @Test
  void read_upToTheBound_isWholeAndHeldUntilItIsClosed() throws IOException {
    try (Arrivals.Body body = arrivals.open()) {
      assertThat(body.read("a", bytes(MAX), MAX)).hasSize(MAX);
      assertThat(arrivals.bytesHeld()).isEqualTo(MAX);
    }
    assertThat(arrivals.bytesHeld()).isZero();
  }

  @Test
  void read_ofMoreThanTheBound_isTooLarge() {
    try (Arrivals.Body body = arrivals.open()) {
      refused(Reason.TOO_LARGE, "100 bytes", () -> body.read("a", bytes(MAX + 1), MAX));
    }
    assertThat(arrivals.bytesHeld()).isZero();
  }

  @Test
  void read_whenTheBytesOfAllAreUsedUp_isRefusedUntilOthersEnd() throws IOException {
    try (Arrivals.Body first = arrivals.open();
        Arrivals.Body second = arrivals.open()) {
      var _ = first.read("a", bytes(MAX), MAX);
      var _ = second.read("b", bytes(MAX), MAX);
      try (Arrivals.Body third = arrivals.open()) {
        refused(Reason.OVERLOADED, "memory", () -> third.read("c", bytes(MAX), MAX));
      }
      assertThat(arrivals.bytesHeld()).isEqualTo(2 * MAX);
    }
    try (Arrivals.Body body = arrivals.open()) {
      assertThat(body.read("c", bytes(MAX), MAX)).hasSize(MAX);
    }
  }

  /** Tries to read other bodies while one is on its way. */
  private InputStream during(ThrowingCallable action) {
    return new InputStream() {
      @Override
      public int read(byte[] into, int from, int length) {
        try {
          action.call();
        } catch (Throwable e) {
          throw new AssertionError(e);
        }
        return -1;
      }

      @Override
      public int read() {
        throw new AssertionError("a byte at a time");
      }
    };
  }

  @Test
  void read_whenTheCallersPlacesAreUsedUp_isRefusedForItAlone() throws IOException {
    try (Arrivals.Body body = arrivals.open()) {
      InputStream third =
          during(
              () -> {
                refused(Reason.OVERLOADED, "this tenant", () -> body.read("a", bytes(1), MAX));
                assertThat(body.read("b", bytes(1), MAX)).hasSize(1);
              });
      var _ = body.read("a", during(() -> body.read("a", third, MAX)), MAX);
      assertThat(body.read("a", bytes(1), MAX)).as("its places are free again").hasSize(1);
    }
  }

  @Test
  void read_ofABodyThatDrips_isRefusedAndOfASlowOneIsNot() throws IOException {
    long slow = Arrivals.PATIENCE.toNanos() + TimeUnit.SECONDS.toNanos(1);
    int enough = (int) Arrivals.BYTES_PER_SECOND_MIN;
    Arrivals roomy = new Arrivals(2, 10L * enough, nanos::get);
    try (Arrivals.Body body = roomy.open()) {
      refused(Reason.INVALID_REQUEST, "too slowly", () -> body.read("a", late(slow, 10), enough));
      assertThat(body.read("a", late(slow, enough), enough)).hasSize(enough);
    }
  }

  private InputStream late(long elapsed, int count) {
    InputStream all = bytes(count);
    return new InputStream() {
      @Override
      public int read(byte[] into, int from, int length) throws IOException {
        nanos.addAndGet(elapsed);
        return all.read(into, from, length);
      }

      @Override
      public int read() {
        throw new AssertionError("a byte at a time");
      }
    };
  }
}
