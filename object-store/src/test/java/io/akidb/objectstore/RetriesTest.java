package io.akidb.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class RetriesTest {
  private final TestRetries pauses = new TestRetries();
  private final AtomicInteger calls = new AtomicInteger();

  private Retries.Attempt<String> failing(IOException... failures) {
    return () -> {
      int call = calls.getAndIncrement();
      if (call < failures.length) {
        throw failures[call];
      }
      return "done";
    };
  }

  private static IOException lost() {
    return new SocketTimeoutException("timeout");
  }

  private static HttpFailure refused() {
    return new HttpFailure(412, "PreconditionFailed");
  }

  @Test
  void pauses_areJitteredBelowADoublingBound() {
    IOException[] failures = new IOException[9];
    java.util.Arrays.setAll(failures, i -> lost());

    assertThat(pauses.retries(10).read("read", failing(failures))).isEqualTo("done");

    long bound = 100;
    for (Duration pause : pauses.pauses) {
      assertThat(pause).isBetween(Duration.ZERO, Duration.ofMillis(Math.min(bound, 1000)));
      bound *= 2;
    }
    assertThat(pauses.pauses).hasSize(9).doesNotHaveDuplicates();
  }

  @Test
  void budget_endsRetriesBeforeTheirNumberDoes() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
    Retries retries =
        new Retries(
            1000,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            clock,
            new Random(5),
            pause -> now.set(now.get().plusSeconds(1)));

    assertThatThrownBy(
            () ->
                retries.read(
                    "read",
                    () -> {
                      calls.incrementAndGet();
                      throw lost();
                    }))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(calls).hasValue(12);
  }

  @Test
  void untrustedServer_isNotAskedAgain() {
    assertThatThrownBy(
            () ->
                pauses
                    .retries(5)
                    .write("write", failing(new SSLHandshakeException("no path")), Optional::empty))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(calls).hasValue(1);
  }

  @Test
  void precondition_refusedAtOnce_isDefinite() {
    assertThatThrownBy(
            () -> pauses.retries(5).write("write", failing(refused()), () -> Optional.of("found")))
        .isInstanceOf(PreconditionFailedException.class);
  }

  @Test
  void precondition_refusedAfterALostAnswer_isLookedUp() {
    Retries retries = pauses.retries(5);
    assertThat(retries.write("write", failing(lost(), refused()), () -> Optional.of("found")))
        .isEqualTo("found");

    calls.set(0);
    assertThatThrownBy(() -> retries.write("write", failing(lost(), refused()), Optional::empty))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("write");

    calls.set(0);
    assertThatThrownBy(
            () ->
                retries.write(
                    "write", failing(new ConnectException("refused"), refused()), Optional::empty))
        .isInstanceOf(PreconditionFailedException.class);
  }

  @Test
  void look_thatFails_leavesItUnknown() {
    assertThatThrownBy(
            () ->
                pauses
                    .retries(1)
                    .write(
                        "write",
                        failing(lost()),
                        () -> {
                          throw new StoreUnavailableException("blind", null);
                        }))
        .isInstanceOf(OutcomeUnknownException.class)
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
  }

  @Test
  void interruptInAPause_endsIt_andStaysSet() {
    List<String> seen = new ArrayList<>();
    Retries retries =
        new Retries(
            5,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofMinutes(1),
            Clock.systemUTC(),
            new Random(1),
            pause -> {
              throw new InterruptedException("stop");
            });

    assertThatThrownBy(() -> retries.read("read", failing(lost())))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(Thread.interrupted()).isTrue();
    calls.set(0);
    assertThatThrownBy(
            () ->
                retries.write(
                    "write",
                    failing(lost()),
                    () -> {
                      seen.add("looked");
                      return Optional.empty();
                    }))
        .isInstanceOf(OutcomeUnknownException.class);
    assertThat(Thread.interrupted()).isTrue();
    calls.set(0);
    assertThatThrownBy(
            () -> retries.write("write", failing(new ConnectException("refused")), Optional::empty))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(seen).isEmpty();
  }

  @Test
  void partSize_growsWithTheFile() {
    assertThat(S3Writes.partBytes(20_000_000)).isEqualTo(S3Writes.PART_BYTES);
    assertThat(S3Writes.partBytes(1_000_000_000_000L)).isEqualTo(100_000_000);
    assertThatThrownBy(() -> S3Writes.partBytes(Long.MAX_VALUE / 2))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void exceptions_sayWhetherToTryAgain() {
    assertThat(new StoreUnavailableException("m", null).isRetryable()).isTrue();
    for (ObjectStoreException e :
        List.of(
            new ObjectNotFoundException("m", null),
            new PreconditionFailedException("m", null),
            new OutcomeUnknownException("m", null),
            new StoreAccessDeniedException("m", null),
            new InvalidRequestException("m", null),
            new ObjectTooLargeException("m", null))) {
      assertThat(e.isRetryable()).isFalse();
    }
  }
}
