package io.akidb.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.cli.CliException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MeasurementTest {
  private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(20);

  @ParameterizedTest
  @CsvSource({
    "1, 0.50, 1",
    "1, 0.99, 1",
    "2, 0.50, 1",
    "3, 0.50, 2",
    "100, 0.50, 50",
    "100, 0.99, 99",
    "101, 0.99, 100",
    "1000, 0.99, 990",
    "10, 0, 1",
    "10, 1, 10"
  })
  void percentile_ofOneToN_isTheNearestRank(int n, double share, long expected) {
    assertThat(Measurement.percentile(LongStream.rangeClosed(1, n).toArray(), share))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void of_anyNumberOfClients_makesEachCallOnce(int clients) {
    AtomicIntegerArray made = new AtomicIntegerArray(333);
    Measurement measured = Measurement.of(333, clients, made::incrementAndGet);
    assertThat(IntStream.range(0, 333)).allMatch(i -> made.get(i) == 1);
    assertThat(measured.p50Ms()).isPositive().isLessThanOrEqualTo(measured.p99Ms());
    assertThat(measured.perSecond()).isPositive();
  }

  @Test
  void of_fourClients_callsAtOnce() {
    CyclicBarrier allFour = new CyclicBarrier(4);
    Measurement.of(
        4,
        4,
        i -> {
          try {
            allFour.await(20, TimeUnit.SECONDS);
          } catch (Exception e) {
            throw new IllegalStateException("the clients take turns", e);
          }
        });
    assertThat(allFour.isBroken()).isFalse();
  }

  @Test
  void of_aCallThatFails_tellsItsReason() {
    AtomicInteger made = new AtomicInteger();
    assertThatThrownBy(
            () ->
                Measurement.of(
                    50,
                    2,
                    i -> {
                      made.incrementAndGet();
                      if (i == 17) {
                        throw CliException.failed("the node answered 503", null);
                      }
                    }))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("the node answered 503");
    assertThat(made.get()).isGreaterThan(17);
  }

  @Test
  void of_anInterruptedCaller_endsAndStaysInterrupted() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Measurement.of(2, 1, i -> LockSupport.parkNanos(LONG_NANOS)))
        .isInstanceOf(CliException.class)
        .hasMessage("interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }
}
