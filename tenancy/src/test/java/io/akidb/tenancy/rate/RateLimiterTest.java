package io.akidb.tenancy.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantQuotas;
import io.akidb.tenancy.rate.RateDecision.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimiterTest {
  private static final TenantId TENANT = TenantId.random();
  private static final String KEY = "key:a";

  // Near the end of the numbers: a clock of the JVM may start anywhere.
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1000);

  private RateLimiter limiter(int nodes) {
    return new RateLimiter(nodes, now::get);
  }

  private static TenantQuotas limits(@Nullable Integer tenant, @Nullable Integer key) {
    return new TenantQuotas(null, null, null, tenant, key);
  }

  private static int admitted(RateLimiter limiter, TenantQuotas quotas, String key, int calls) {
    int admitted = 0;
    for (int i = 0; i < calls; i++) {
      admitted += limiter.admit(TENANT, key, quotas).orElseThrow().isAdmitted() ? 1 : 0;
    }
    return admitted;
  }

  private void advance(Duration by) {
    now.addAndGet(by.toNanos());
  }

  @Test
  void noLimit_saysNothing() {
    assertThat(limiter(1).admit(TENANT, KEY, limits(null, null))).isEmpty();
  }

  @Test
  void burst_ofASecondsWorth_isAdmittedAndThenOneAtATime() {
    RateLimiter limiter = limiter(1);
    TenantQuotas quotas = limits(10, null);
    assertThat(admitted(limiter, quotas, KEY, 30)).isEqualTo(10);
    for (int i = 0; i < 20; i++) {
      advance(Duration.ofMillis(100));
      assertThat(admitted(limiter, quotas, KEY, 3)).as("step %d", i).isEqualTo(1);
    }
    advance(Duration.ofHours(1));
    assertThat(admitted(limiter, quotas, KEY, 30)).isEqualTo(10);
  }

  @Test
  void decision_tellsWhatIsLeftAndHowLongToWait() {
    RateLimiter limiter = limiter(1);
    TenantQuotas quotas = limits(4, null);
    RateDecision first = limiter.admit(TENANT, KEY, quotas).orElseThrow();
    assertThat(first)
        .isEqualTo(
            new RateDecision(true, Scope.TENANT, 4, 3, Duration.ofMillis(250), Duration.ZERO));
    assertThat(admitted(limiter, quotas, KEY, 3)).isEqualTo(3);
    advance(Duration.ofMillis(100));
    assertThat(limiter.admit(TENANT, KEY, quotas))
        .hasValue(
            new RateDecision(
                false, Scope.TENANT, 4, 0, Duration.ofMillis(900), Duration.ofMillis(150)));
  }

  @Test
  void keys_areLimitedEachForItselfAndTogether() {
    RateLimiter limiter = limiter(1);
    TenantQuotas quotas = limits(10, 8);
    assertThat(admitted(limiter, quotas, "key:a", 20)).isEqualTo(8);
    assertThat(limiter.admit(TENANT, "key:a", quotas).orElseThrow().scope())
        .isEqualTo(Scope.API_KEY);
    assertThat(admitted(limiter, quotas, "key:b", 3)).isEqualTo(2);
    assertThat(limiter.admit(TENANT, "key:b", quotas).orElseThrow().scope())
        .isEqualTo(Scope.TENANT);
    assertThat(limiter.admit(TENANT, "key:c", limits(null, 3)).orElseThrow())
        .satisfies(
            decision -> {
              assertThat(decision.isAdmitted()).isTrue();
              assertThat(decision.scope()).isEqualTo(Scope.API_KEY);
              assertThat(decision.remaining()).isEqualTo(2);
            });
  }

  @Test
  void tenants_doNotTakeFromEachOther() {
    RateLimiter limiter = limiter(1);
    TenantQuotas quotas = limits(5, null);
    assertThat(admitted(limiter, quotas, KEY, 9)).isEqualTo(5);
    assertThat(limiter.admit(TenantId.random(), KEY, quotas).orElseThrow().isAdmitted()).isTrue();
  }

  @Test
  void limit_raisedOrLowered_holdsFromTheNextCallOn() {
    RateLimiter limiter = limiter(1);
    assertThat(admitted(limiter, limits(2, null), KEY, 9)).isEqualTo(2);
    advance(Duration.ofMillis(100));
    assertThat(admitted(limiter, limits(1000, null), KEY, 500)).as("raised").isBetween(1, 500);
    advance(Duration.ofSeconds(1));
    assertThat(admitted(limiter, limits(1000, null), KEY, 1500)).isEqualTo(1000);
    advance(Duration.ofMillis(1500));
    assertThat(admitted(limiter, limits(2, null), KEY, 9)).as("lowered").isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"1, 100", "3, 100", "7, 50", "5, 2", "256, 1"})
  void nodes_thatShareALimitEvenly_holdItTogether(int nodes, int limit) {
    List<RateLimiter> limiters = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      limiters.add(limiter(nodes));
    }
    TenantQuotas quotas = limits(limit, null);
    limiters.forEach(limiter -> admitted(limiter, quotas, KEY, 2 * limit + 2)); // the first burst
    SplittableRandom random = new SplittableRandom(nodes);
    int seconds = Math.max(60, 20 * nodes / limit);
    int admitted = 0;
    for (int millis = 0; millis < seconds * 1000; millis += 10) {
      advance(Duration.ofMillis(10));
      // More calls than allowed, by a load balancer that takes any node.
      for (int call = 0; call <= limit / 20; call++) {
        RateLimiter node = limiters.get(random.nextInt(nodes));
        admitted += node.admit(TENANT, KEY, quotas).orElseThrow().isAdmitted() ? 1 : 0;
      }
    }
    assertThat(admitted / (double) seconds).isCloseTo(limit, within(0.1 * limit));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void admitted_inAnyWindow_areNeverMoreThanItsRateAndOneBurst(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int limit = 1 + random.nextInt(50);
    RateLimiter limiter = limiter(1);
    TenantQuotas quotas = limits(limit, null);
    List<Long> times = new ArrayList<>();
    long start = now.get();
    for (int i = 0; i < 20_000; i++) {
      advance(Duration.ofNanos(random.nextInt(20_000_000)));
      if (limiter.admit(TENANT, KEY, quotas).orElseThrow().isAdmitted()) {
        times.add(now.get() - start);
      }
    }
    for (int i = 0; i < times.size(); i++) {
      int j = Math.min(times.size() - 1, i + random.nextInt(500));
      double seconds = (times.get(j) - times.get(i)) / 1e9;
      assertThat((double) (j - i))
          .as("seed %d, %d in %s s", seed, j - i + 1, seconds)
          .isLessThanOrEqualTo(seconds * limit + limit);
    }
  }

  @Test
  void calls_fromManyThreads_neverGetMoreThanThereIs() throws Exception {
    RateLimiter limiter = limiter(1);
    TenantQuotas quotas = limits(1000, null);
    int admitted = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Callable<Integer>> calls = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        calls.add(() -> admitted(limiter, quotas, KEY, 500));
      }
      for (Future<Integer> answer : threads.invokeAll(calls)) {
        admitted += answer.get();
      }
    }
    assertThat(admitted).isEqualTo(1000);
  }

  @Test
  void nodes_outOfBounds_areRefused() {
    assertThatThrownBy(() -> limiter(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> limiter(257)).isInstanceOf(IllegalArgumentException.class);
  }
}
