package io.akidb.serving.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
      assertThat(body.read("a", bytes(MAX), MAX).joined()).hasSize(MAX);
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
      assertThat(body.read("c", bytes(MAX), MAX).joined()).hasSize(MAX);
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

  private byte[] read(String caller, InputStream in) throws IOException {
    try (Arrivals.Body body = arrivals.open()) {
      return body.read(caller, in, MAX).joined();
    }
  }

  @Test
  void read_whenTheCallersPlacesAreUsedUp_isRefusedForItAlone() throws IOException {
    InputStream third =
        during(
            () -> {
              refused(Reason.OVERLOADED, "this tenant", () -> read("a", bytes(1)));
              assertThat(read("b", bytes(1))).hasSize(1);
            });
    var _ = read("a", during(() -> read("a", third)));
    assertThat(read("a", bytes(1))).as("its places are free again").hasSize(1);
  }

  @Test
  void read_ofMoreThanWhatOthersHaveLeft_isRefusedForThatCallerAlone() throws IOException {
    Arrivals roomy = new Arrivals(10, 10L * MAX, nanos::get);
    List<Arrivals.Body> held = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      held.add(roomy.open());
      var _ = held.getLast().read("greedy", bytes(MAX), MAX);
    }
    try (Arrivals.Body sixth = roomy.open();
        Arrivals.Body others = roomy.open()) {
      refused(Reason.OVERLOADED, "its share", () -> sixth.read("greedy", bytes(MAX), MAX));
      assertThat(others.read("other", bytes(MAX), MAX).joined()).hasSize(MAX);
    }
    held.removeLast().close();
    try (Arrivals.Body next = roomy.open()) {
      assertThat(next.read("greedy", bytes(MAX), MAX).joined())
          .as("what is free again")
          .hasSize(MAX);
    }
    held.forEach(Arrivals.Body::close);
    assertThat(roomy.bytesHeld()).isZero();
  }

  @Test
  void read_inPiecesOfAnyLength_isWhatWasSent() throws IOException {
    byte[] sent = new byte[300_000];
    new Random(7).nextBytes(sent);
    Arrivals roomy = new Arrivals(2, 2L * sent.length, nanos::get);
    for (int piece : new int[] {1, 1000, 8 << 10, 64 << 10, sent.length}) {
      InputStream in =
          new ByteArrayInputStream(sent) {
            @Override
            public synchronized int read(byte[] into, int from, int length) {
              return super.read(into, from, Math.min(length, piece));
            }
          };
      try (Arrivals.Body body = roomy.open()) {
        assertThat(body.read("a", in, sent.length).open().readAllBytes())
            .as("in pieces of %d", piece)
            .isEqualTo(sent);
      }
    }
  }

  @Test
  void read_ofABodyThatDrips_isRefusedAndOfASlowOneIsNot() throws IOException {
    long slow = Arrivals.PATIENCE.toNanos() + TimeUnit.SECONDS.toNanos(1);
    int enough = (int) Pace.BYTES_PER_SECOND_MIN;
    Arrivals roomy = new Arrivals(2, 10L * enough, nanos::get);
    try (Arrivals.Body body = roomy.open()) {
      refused(Reason.INVALID_REQUEST, "too slowly", () -> body.read("a", late(slow, 10), enough));
      assertThat(body.read("a", late(slow, enough), enough).joined()).hasSize(enough);
    }
  }

  @Test
  void read_ofABodyThatDripsAfterMuchCameAtOnce_isRefused() {
    int much = 100 * (int) Pace.BYTES_PER_SECOND_MIN;
    Arrivals roomy = new Arrivals(2, 4L * much, nanos::get);
    InputStream atOnce = bytes(much);
    AtomicInteger drops = new AtomicInteger();
    InputStream in =
        new InputStream() {
          @Override
          public int read(byte[] into, int from, int length) throws IOException {
            int read = atOnce.read(into, from, length);
            if (read >= 0) {
              return read;
            }
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(10));
            return drops.incrementAndGet() <= 5 ? 1 : -1;
          }

          @Override
          public int read() {
            throw new AssertionError("a byte at a time");
          }
        };
    try (Arrivals.Body body = roomy.open()) {
      refused(Reason.INVALID_REQUEST, "too slowly", () -> body.read("a", in, 2 * much));
    }
    assertThat(drops).as("30 s of patience, from the first drop on").hasValue(4);
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
