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
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes of one process that count together, by a clock that the test moves. */
class SharedBucketsTest {
  private static final TenantId TENANT = TenantId.random();
  private static final String KEY = "key:a";
  private static final Duration PATIENT = Duration.ofSeconds(20);
  private static final Duration SOON = Duration.ofMillis(5);

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1000);
  private final InMemoryLeases leases = new InMemoryLeases(now::get);
  private final List<SharedBuckets> opened = new ArrayList<>();

  @AfterEach
  void tearDown() {
    opened.forEach(SharedBuckets::close);
  }

  private RateLimiter node(int nodes) {
    SharedBuckets shared = new SharedBuckets(leases.connection(), now::get, PATIENT, SOON);
    opened.add(shared);
    return new RateLimiter(nodes, now::get, shared);
  }

  private List<RateLimiter> nodes(int count) {
    List<RateLimiter> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      nodes.add(node(count));
    }
    return nodes;
  }

  private static TenantQuotas limits(@Nullable Integer tenant, @Nullable Integer key) {
    return new TenantQuotas(null, null, null, tenant, key);
  }

  private static int admitted(RateLimiter node, TenantQuotas quotas, int calls) {
    int admitted = 0;
    for (int i = 0; i < calls; i++) {
      admitted += node.admit(TENANT, KEY, quotas).orElseThrow().isAdmitted() ? 1 : 0;
    }
    return admitted;
  }

  private void advance(Duration by) {
    now.addAndGet(by.toNanos());
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private void awaitShared(boolean isShared) {
    await(() -> opened.stream().allMatch(node -> node.isShared() == isShared));
  }

  @Test
  void burst_onOneNodeOfMany_isTheWholeLimitAndNoMore() {
    List<RateLimiter> nodes = nodes(3);
    TenantQuotas quotas = limits(300, null);
    assertThat(admitted(nodes.get(0), quotas, 1000)).isEqualTo(300);
    assertThat(admitted(nodes.get(1), quotas, 1000)).isZero();
    advance(Duration.ofMillis(100));
    assertThat(admitted(nodes.get(2), quotas, 1000)).isEqualTo(30);
  }

  // Weights of the nodes: whatever the load balancer does, the sum is the limit.
  @ParameterizedTest
  @CsvSource({
    "300, 1, 1, 1, 3",
    "300, 100, 5, 1, 3",
    "300, 1, 0, 0, 3",
    "40, 10, 3, 1, 6",
    "5, 3, 1, 1, 20"
  })
  void calls_beyondTheLimit_areAdmittedAtItsPace(
      int limit, int first, int second, int third, int seconds) {
    List<RateLimiter> nodes = nodes(3);
    List<Integer> weights = List.of(first, second, third);
    TenantQuotas quotas = limits(limit, null);
    SplittableRandom random = new SplittableRandom(limit);
    List<RateLimiter> byWeight = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      for (int j = 0; j < weights.get(i); j++) {
        byWeight.add(nodes.get(i));
      }
    }
    nodes.forEach(node -> admitted(node, quotas, limit + 1)); // the burst
    int admitted = 0;
    int stepMillis = 2;
    for (int millis = 0; millis < seconds * 1000; millis += stepMillis) {
      advance(Duration.ofMillis(stepMillis));
      // Twice as many as allowed, at random.
      for (double due = 2.0 * limit * stepMillis / 1000; due > 0; due--) {
        if (random.nextDouble() < due) {
          admitted += admitted(byWeight.get(random.nextInt(byWeight.size())), quotas, 1);
        }
      }
    }
    assertThat(admitted / (double) seconds).isCloseTo(limit, within(0.1 * limit));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void calls_withinTheLimitOnUnevenNodes_areNearlyAllAdmitted(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<RateLimiter> nodes = nodes(4);
    TenantQuotas quotas = limits(200, null);
    int calls = 0;
    int admitted = 0;
    for (int millis = 0; millis < 5_000; millis++) {
      advance(Duration.ofMillis(1));
      if (random.nextInt(1000) < 190) {
        calls++;
        int node = random.nextInt(100) < 80 ? 0 : random.nextInt(4);
        admitted += admitted(nodes.get(node), quotas, 1);
      }
    }
    assertThat(admitted).as("of %d, seed %d", calls, seed).isGreaterThan((int) (0.95 * calls));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void calls_thatComeSeldom_useOneTokenEach(int limit) {
    List<RateLimiter> nodes = nodes(2);
    TenantQuotas quotas = limits(limit, null);
    for (int i = 0; i < 40; i++) {
      assertThat(admitted(nodes.get(i % 2), quotas, 1)).as("call %d", i).isEqualTo(1);
      now.addAndGet(1 + 1_000_000_000L / limit);
    }
  }

  @Test
  void leases_ofNodesThatFallSilent_endSoonAndDoNotAddUp() {
    List<RateLimiter> nodes = nodes(10);
    TenantQuotas quotas = limits(100, null);
    for (int i = 0; i < 10; i++) {
      nodes.forEach(node -> admitted(node, quotas, 1));
      advance(Duration.ofMillis(100));
    }
    advance(Duration.ofSeconds(5)); // now the shared bucket is full
    int burst = nodes.stream().mapToInt(node -> admitted(node, quotas, 150)).sum();
    assertThat(burst).isEqualTo(100);
  }

  @Test
  void calls_ofABusyTenant_mostlyTouchNothingButThisProcess() {
    RateLimiter node = node(1);
    TenantQuotas quotas = limits(2_000, null);
    int calls = 0;
    int before = leases.exchanges();
    for (int millis = 0; millis < 2_000; millis++) {
      advance(Duration.ofMillis(1));
      calls += admitted(node, quotas, 1);
    }
    assertThat(calls).isEqualTo(2_000);
    assertThat(leases.exchanges() - before).isLessThan(200);
  }

  @Test
  void decision_tellsWhatIsLeftForAllNodes() {
    RateLimiter node = node(2);
    TenantQuotas quotas = limits(10, null);
    RateDecision first = node.admit(TENANT, KEY, quotas).orElseThrow();
    assertThat(first.isAdmitted()).isTrue();
    assertThat(first.scope()).isEqualTo(Scope.TENANT);
    assertThat(first.remaining()).isEqualTo(9);
    assertThat(first.untilFull()).isEqualTo(Duration.ofMillis(100));
    assertThat(first.retryAfter()).isZero();
    admitted(node, quotas, 9);
    RateDecision refused = node.admit(TENANT, KEY, quotas).orElseThrow();
    assertThat(refused.isAdmitted()).isFalse();
    assertThat(refused.remaining()).isZero();
    assertThat(refused.retryAfter()).isEqualTo(Duration.ofMillis(100));
    assertThat(refused.untilFull()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void keys_haveBucketsOfTheirOwnThatNodesShare() {
    List<RateLimiter> nodes = nodes(2);
    TenantQuotas quotas = limits(100, 4);
    assertThat(admitted(nodes.get(0), quotas, 9)).isEqualTo(4);
    assertThat(nodes.get(1).admit(TENANT, KEY, quotas).orElseThrow().scope())
        .isEqualTo(Scope.API_KEY);
    assertThat(nodes.get(1).admit(TENANT, KEY, quotas).orElseThrow().isAdmitted()).isFalse();
    assertThat(nodes.get(1).admit(TENANT, "key:b", quotas).orElseThrow().isAdmitted()).isTrue();
  }

  @Test
  void limit_raisedOrLowered_holdsFromTheNextCallOn() {
    RateLimiter node = node(1);
    assertThat(admitted(node, limits(2, null), 9)).isEqualTo(2);
    advance(Duration.ofMillis(500));
    assertThat(admitted(node, limits(1000, null), 600)).as("raised").isBetween(1, 501);
    advance(Duration.ofSeconds(2));
    assertThat(admitted(node, limits(3, null), 50)).as("lowered").isEqualTo(3);
  }

  @Test
  void cutOff_sharesHoldUntilItIsBack() {
    List<RateLimiter> nodes = nodes(3);
    TenantQuotas quotas = limits(300, null);
    assertThat(admitted(nodes.get(0), quotas, 1000)).isEqualTo(300);
    leases.cutOff(true);
    advance(Duration.ofMillis(10));
    nodes.forEach(node -> admitted(node, quotas, 5)); // each has to notice
    awaitShared(false);
    advance(Duration.ofSeconds(1));
    for (RateLimiter node : nodes) {
      assertThat(admitted(node, quotas, 1000)).as("a share").isEqualTo(100);
    }
    leases.cutOff(false);
    awaitShared(true);
    assertThat(opened).allSatisfy(node -> assertThat(node.losses()).isEqualTo(1));
    advance(Duration.ofSeconds(1));
    assertThat(admitted(nodes.get(2), quotas, 1000)).as("together again").isEqualTo(300);
    assertThat(admitted(nodes.get(1), quotas, 1000)).isZero();
  }

  @Test
  void cutOff_nodeThatUsedMoreThanItsShare_beginsWithAnEmptyOne() {
    RateLimiter node = nodes(3).get(0);
    TenantQuotas quotas = limits(300, null);
    assertThat(admitted(node, quotas, 1000)).isEqualTo(300);
    leases.cutOff(true);
    advance(Duration.ofMillis(10));
    assertThat(admitted(node, quotas, 1000)).isLessThanOrEqualTo(1 + 1);
  }

  @Test
  void cutOff_atTheStart_isNoErrorAndEndsByItself() {
    leases.cutOff(true);
    RateLimiter node = node(2);
    assertThat(opened.get(0).isShared()).isFalse();
    assertThat(opened.get(0).losses()).isEqualTo(1);
    assertThat(admitted(node, limits(10, null), 50)).isEqualTo(5);
    leases.cutOff(false);
    awaitShared(true);
    advance(Duration.ofSeconds(1));
    assertThat(admitted(node, limits(10, null), 50)).isEqualTo(10);
  }

  @Test
  void faultOfTheSource_isALossAndNotTheEndOfTheThread() {
    RateLimiter node = node(1);
    leases.breakIt(true);
    assertThat(admitted(node, limits(10, null), 50)).isEqualTo(10);
    assertThat(opened.get(0).losses()).isEqualTo(1);
    leases.breakIt(false);
    awaitShared(true);
  }

  @Test
  void calls_afterTheEnd_areAdmittedByShare() {
    RateLimiter node = node(2);
    TenantQuotas quotas = limits(10, null);
    opened.get(0).close();
    await(() -> !opened.get(0).isShared());
    assertThat(admitted(node, quotas, 50)).isEqualTo(5);
  }

  @Test
  void calls_fromManyThreadsOfManyNodes_getExactlyWhatThereIs() throws Exception {
    List<RateLimiter> nodes = nodes(3);
    TenantQuotas quotas = limits(600, null);
    int admitted = 0;
    try (AutoClosing threads = new AutoClosing(Executors.newFixedThreadPool(8))) {
      List<Callable<Integer>> calls = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        RateLimiter node = nodes.get(i % 3);
        calls.add(() -> admitted(node, quotas, 100));
      }
      for (Future<Integer> answer : threads.executor.invokeAll(calls)) {
        admitted += answer.get();
      }
    }
    // Some of it may be leased to nodes whose threads have finished.
    assertThat(admitted).isBetween(600 - 3 * 45, 600);
  }

  private record AutoClosing(ExecutorService executor) implements AutoCloseable {
    @Override
    public void close() {
      executor.shutdownNow();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost:6379",
        "localhost:6379",
        "redis://localhost",
        "redis:///1",
        "x",
        "redis://a b"
      })
  void url_thatIsNone_isRefusedWithoutShowingIt(String url) {
    assertThatThrownBy(() -> SharedBuckets.redisUrl(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("must be redis://")
        .message()
        .doesNotContain("6379", "a b");
    assertThat(SharedBuckets.redisUrl("redis://:pw@localhost:6379/2").getPort()).isEqualTo(6379);
    assertThat(SharedBuckets.redisUrl("rediss://localhost:6380").getPort()).isEqualTo(6380);
  }
}
