package io.akidb.serving.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AuthFailuresTest {
  private static final String HERE = "192.0.2.1";

  private final AtomicLong nanos = new AtomicLong();
  private final AuthFailures failures = new AuthFailures(2, nanos::get);

  private void fail(String address, int times) {
    for (int i = 0; i < times; i++) {
      failures.failed(address);
    }
  }

  @Test
  void addressWithoutFailuresLeft_isRefusedAndAnotherIsNot() {
    fail(HERE, 2 * AuthFailures.BURST_SECS - 1);
    assertThatCode(() -> failures.require(HERE, new Credential("k"))).doesNotThrowAnyException();
    fail(HERE, 1);

    assertThatThrownBy(() -> failures.require(HERE, new Credential("k")))
        .isInstanceOfSatisfying(
            ServingException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(Reason.RATE_LIMITED);
              assertThat(e.retryAfterSecs()).isPositive();
            });
    assertThatCode(() -> failures.require("192.0.2.2", new Credential("k")))
        .doesNotThrowAnyException();
  }

  @Test
  void refusedAddress_mayTryAgainWhenTimeHasPassed() {
    fail(HERE, 100);
    nanos.addAndGet(1_000_000_000L);

    assertThatCode(() -> failures.require(HERE, new Credential("k"))).doesNotThrowAnyException();
  }

  @Test
  void credentialThatWasGood_isLetThroughFromARefusedAddress() {
    failures.passed(new Credential("good"));
    fail(HERE, 100);

    assertThatCode(() -> failures.require(HERE, new Credential("good"))).doesNotThrowAnyException();
    assertThatThrownBy(() -> failures.require(HERE, new Credential("other")))
        .isInstanceOf(ServingException.class);
  }

  @Test
  void credentialInUse_isLetThroughAndOneOutOfUseIsForgotten() {
    failures.passed(new Credential("used"));
    failures.passed(new Credential("left"));
    for (int minute = 0; minute < 15; minute++) {
      nanos.addAndGet(Duration.ofMinutes(1).toNanos() + 1);
      failures.passed(new Credential("used"));
    }
    fail(HERE, 100);

    assertThatCode(() -> failures.require(HERE, new Credential("used"))).doesNotThrowAnyException();
    assertThatThrownBy(() -> failures.require(HERE, new Credential("left")))
        .isInstanceOf(ServingException.class);
  }

  @Test
  void addressesOfOneNetwork_shareTheirFailures() {
    fail("2001:db8:1:2::1", 100);

    assertThatThrownBy(() -> failures.require("2001:db8:1:2:ffff::9", new Credential("k")))
        .isInstanceOf(ServingException.class);
    assertThatCode(() -> failures.require("2001:db8:1:3::1", new Credential("k")))
        .doesNotThrowAnyException();
    assertThat(AuthFailures.network("fe80::1%nowhere")).isNotEmpty();
  }

  @Test
  void noLimit_refusesNobody() {
    AuthFailures unlimited = new AuthFailures(0, nanos::get);
    for (int i = 0; i < 1000; i++) {
      unlimited.failed(HERE);
    }
    unlimited.passed(new Credential("k"));
    assertThatCode(() -> unlimited.require(HERE, new Credential("k"))).doesNotThrowAnyException();
  }
}
