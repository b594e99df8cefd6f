package io.akidb.tenancy.rate;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantQuotas;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that count together in a real Redis, each by a connection of its own. */
class SharedBucketsIT {
  private static final TenantId TENANT = TenantId.random();
  private static final int LIMIT = 300;
  private static final TenantQuotas QUOTAS = new TenantQuotas(null, null, null, LIMIT, null);
  // Long ones: a busy machine is not what is tested here.
  private static final Duration PATIENT = Duration.ofSeconds(10);
  private static final Duration RETRY = Duration.ofMillis(20);
  private static final long STALL_NANOS = Duration.ofMillis(100).toNanos();

  @TempDir private Path folder;

  private final List<SharedBuckets> opened = new ArrayList<>();
  private final List<RateLimiter> nodes = new ArrayList<>();

  @AfterEach
  void tearDown() {
    opened.forEach(SharedBuckets::close);
  }

  private void open(URI url, int count) {
    for (int i = 0; i < count; i++) {
      SharedBuckets shared =
          new SharedBuckets(new RedisLeaseSource(url, PATIENT), System::nanoTime, PATIENT, RETRY);
      opened.add(shared);
      nodes.add(new RateLimiter(count, System::nanoTime, shared));
    }
  }

  private boolean admit(int node) {
    return nodes.get(node).admit(TENANT, "key", QUOTAS).orElseThrow().isAdmitted();
  }

  /**
   * What was admitted while far more calls came than allowed, most of them to the first node.
   *
   * @param admitted by node
   * @param seconds measured
   * @param stalled how many of them the machine let nothing happen in; tokens came all the same, up
   *     to a bucketful
   */
  private record Flood(List<Integer> admitted, double seconds, double stalled) {
    int sum() {
      return admitted.stream().mapToInt(Integer::intValue).sum();
    }

    void requirePace() {
      assertThat((double) sum())
          .as("%s in %s s, of which %s stalled", admitted, seconds, stalled)
          .isBetween(0.9 * LIMIT * (seconds - stalled), 1.1 * LIMIT * seconds);
    }
  }

  private Flood flood(Duration length) {
    return flood(length, 8);
  }

  /**
   * Calls as fast as can be.
   *
   * @param first how many of ten calls go to the first node for sure
   */
  private Flood flood(Duration length, int first) {
    SplittableRandom random = new SplittableRandom(1);
    int[] admitted = new int[nodes.size()];
    long start = System.nanoTime();
    long last = start;
    long stalled = 0;
    while (last - start < length.toNanos()) {
      int node = random.nextInt(10) < first ? 0 : random.nextInt(nodes.size());
      admitted[node] += admit(node) ? 1 : 0;
      long now = System.nanoTime();
      stalled += now - last > STALL_NANOS ? now - last : 0;
      last = now;
    }
    return new Flood(Arrays.stream(admitted).boxed().toList(), (last - start) / 1e9, stalled / 1e9);
  }

  /** Uses up what may come at once, so that what is measured next is the pace alone. */
  private void drain() {
    for (int node = 0; node < nodes.size(); node++) {
      int of = node;
      await(() -> !admit(of));
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @Test
  void calls_ofUnevenNodes_areAdmittedAtTheLimitsPace() {
    try (TestRedis redis = TestRedis.start(folder)) {
      open(redis.url(""), 3);
      Flood burst = flood(Duration.ofMillis(500));
      assertThat(burst.sum()).as("a second's worth at once").isGreaterThanOrEqualTo(LIMIT);
      assertThat((double) burst.sum()).isLessThan(1.1 * LIMIT * (1 + burst.seconds()));

      drain();
      Flood flood = flood(Duration.ofSeconds(3));

      flood.requirePace();
      assertThat(flood.admitted()).as("nobody is left out").doesNotContain(0);
      assertThat(opened).allSatisfy(node -> assertThat(node.losses()).isZero());
      String key = "akidb:rate:" + TENANT.value();
      assertThat(redis.ask("SELECT 3\r\nPTTL " + key)).as("nothing stays").doesNotContain(":-1");
    }
  }

  @Test
  void killedRedis_leavesEachNodeItsShareUntilItIsBack() {
    try (TestRedis redis = TestRedis.start(folder)) {
      open(redis.url(""), 3);
      flood(Duration.ofMillis(500));
      redis.kill();
      await(
          () -> {
            for (int node = 0; node < nodes.size(); node++) {
              admit(node);
            }
            return opened.stream().noneMatch(SharedBuckets::isShared);
          });

      Flood alone = flood(Duration.ofSeconds(2));

      double share = LIMIT / 3.0;
      for (int admitted : alone.admitted()) {
        // What it had not used of its share before comes on top.
        assertThat((double) admitted)
            .isBetween(
                0.9 * share * (alone.seconds() - alone.stalled()),
                1.1 * share * (1 + alone.seconds()));
      }

      redis.launch();
      await(() -> opened.stream().allMatch(SharedBuckets::isShared));
      assertThat(opened).allSatisfy(node -> assertThat(node.losses()).isEqualTo(1));
      drain(); // the new one's burst
      flood(Duration.ofSeconds(2)).requirePace();
      // Where all ask for more than there is, who gets most is chance; who asks alone gets nearly
      // all.
      Flood lone = flood(Duration.ofSeconds(2), 10);
      assertThat((double) lone.admitted().get(0))
          .as("more than its share in %s s, of which %s stalled", lone.seconds(), lone.stalled())
          .isGreaterThan(1.2 * share * (lone.seconds() - lone.stalled()));
    }
  }

  @Test
  void password_rightOrWrong_isRespected() {
    try (TestRedis redis = TestRedis.start(folder, "--requirepass", "s3cret-Word")) {
      open(redis.url(":wrong-Word@"), 1);
      assertThat(opened.get(0).isShared()).isFalse();
      assertThat(admit(0)).isTrue();
      open(redis.url(":s3cret-Word@"), 1);
      assertThat(opened.get(1).isShared()).isTrue();
      assertThat(admit(1)).isTrue();
    }
  }

  @Test
  void scriptsFlushedByAnOperator_areLoadedAgain() {
    try (TestRedis redis = TestRedis.start(folder)) {
      open(redis.url(""), 1);
      assertThat(admit(0)).isTrue();
      assertThat(redis.ask("SCRIPT FLUSH")).startsWith("+OK");
      await(
          () -> {
            admit(0);
            return opened.get(0).losses() == 1 && opened.get(0).isShared();
          });
    }
  }
}
