package io.akidb.catalog;

import static io.akidb.catalog.Fixture.KEYS;
import static io.akidb.catalog.Fixture.PRODUCTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BuildRequestsTest {
  private static final Duration TTL = Duration.ofMinutes(5);

  @TempDir Path folder;
  private Fixture fixture;
  private BuildRequests builds;

  @BeforeEach
  void setUp() {
    fixture = new Fixture(folder);
    builds = fixture.create().builds();
  }

  @Test
  void request_withAnyCodes_isReadAsItWasWritten() {
    for (IndexQuantization quantization : IndexQuantization.values()) {
      for (int pqSubvectors : quantization.hasSubvectors() ? new int[] {0, 3} : new int[] {0}) {
        IndexParameters asked =
            new IndexParameters(
                8, 16, 1.2, pqSubvectors, 1, 1000, 0, 7, quantization, IndexVectorStorage.AUTO);
        BuildRequest request = builds.request(asked);
        assertThat(builds.get(request.buildId()).orElseThrow().parameters()).isEqualTo(asked);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(IndexVectorStorage.class)
  void request_withAnyStorage_isReadAsItWasWritten(IndexVectorStorage storage) {
    IndexParameters asked =
        new IndexParameters(8, 16, 1.2, 0, 1, 1000, 0, 7, IndexQuantization.BINARY, storage);

    BuildRequest request = builds.request(asked);

    assertThat(builds.get(request.buildId()).orElseThrow().parameters()).isEqualTo(asked);
    String json =
        new String(BuildRequestJson.encode(request, new UUID(1, 2)), StandardCharsets.UTF_8);
    // Readers before this word are only troubled with it where it says something.
    assertThat(json.contains("vector_storage")).isEqualTo(storage != IndexVectorStorage.AUTO);
    if (storage != IndexVectorStorage.AUTO) {
      byte[] unknown =
          json.replace('"' + storage.jsonName() + '"', "\"f64\"").getBytes(StandardCharsets.UTF_8);
      assertThatThrownBy(() -> BuildRequestJson.decode(unknown))
          .isInstanceOf(CorruptManifestException.class)
          .hasMessageContaining("vector_storage");
    }
  }

  private BuildRequest request() {
    BuildRequest request = builds.request(IndexParameters.defaults());
    fixture.clock.advance(Duration.ofMillis(5));
    return request;
  }

  @Test
  void request_several_areListedOldestFirst() {
    assertThat(builds.latest()).isEmpty();
    assertThat(builds.pending()).isEmpty();
    BuildRequest first = request();
    BuildRequest second = request();

    assertThat(first.state()).isEqualTo(BuildRequest.State.PENDING);
    assertThat(first.requestedAt()).isEqualTo(Instant.parse("2026-11-21T04:00:00Z"));
    assertThat(builds.get(first.buildId())).contains(first);
    assertThat(builds.latest()).contains(second);
    assertThat(builds.pending()).containsExactly(first, second);
    assertThat(builds.get(UUID.randomUUID())).isEmpty();
  }

  @Test
  void lease_held_isNobodyElses() {
    UUID id = request().buildId();
    BuildRequest leased = builds.lease(id, "a", TTL).orElseThrow();

    assertThat(leased.state()).isEqualTo(BuildRequest.State.BUILDING);
    assertThat(leased.owner()).isEqualTo("a");
    assertThat(leased.leaseUntil()).isEqualTo(fixture.clock.instant().plus(TTL));
    assertThat(builds.lease(id, "b", TTL)).isEmpty();
    assertThat(builds.pending()).isEmpty();
    assertThat(builds.lease(UUID.randomUUID(), "b", TTL)).isEmpty();
  }

  @Test
  void lease_ranOut_isTakenAndTheFirstLearnsIt() {
    UUID id = request().buildId();
    BuildRequest first = builds.lease(id, "a", TTL).orElseThrow();
    fixture.clock.advance(TTL);
    assertThat(builds.pending()).hasSize(1);
    BuildRequest second = builds.lease(id, "b", TTL).orElseThrow();

    assertThatThrownBy(() -> builds.progress(first, 0.5, "graph"))
        .isInstanceOf(LeaseLostException.class)
        .hasMessageContaining("taken by b");
    assertThatThrownBy(() -> builds.complete(first)).isInstanceOf(LeaseLostException.class);
    assertThat(builds.complete(second).state()).isEqualTo(BuildRequest.State.READY);
  }

  @Test
  void lease_sameOwnerAgain_replacesTheOldLease() {
    UUID id = request().buildId();
    BuildRequest before = builds.lease(id, "a", TTL).orElseThrow();
    BuildRequest after = builds.lease(id, "a", TTL).orElseThrow();

    assertThatThrownBy(() -> builds.progress(before, 0.5, "graph"))
        .isInstanceOf(LeaseLostException.class);
    assertThat(builds.progress(after, 0.5, "graph").phase()).isEqualTo("graph");
  }

  @Test
  void progress_heartbeats_renewTheLease() {
    UUID id = request().buildId();
    BuildRequest leased = builds.lease(id, "a", TTL).orElseThrow();
    for (int i = 1; i <= 10; i++) {
      fixture.clock.advance(Duration.ofMinutes(4));
      BuildRequest now = builds.progress(leased, i / 10.0, "phase " + i);
      assertThat(now.progress()).isEqualTo(i / 10.0);
      assertThat(now.leaseUntil()).isEqualTo(fixture.clock.instant().plus(TTL));
      assertThat(builds.get(id)).contains(now);
    }
    assertThat(builds.progress(leased, Double.NaN, "x".repeat(2_000)).phase()).hasSize(1_000);
    assertThat(builds.progress(leased, 7, "x").progress()).isEqualTo(1);
    assertThat(builds.progress(leased, -7, "x").progress()).isZero();
  }

  @Test
  void completeAndFail_end_itForGood() {
    UUID ready = request().buildId();
    UUID failed = request().buildId();
    BuildRequest first = builds.lease(ready, "a", TTL).orElseThrow();
    BuildRequest second = builds.lease(failed, "a", TTL).orElseThrow();

    BuildRequest completed = builds.complete(first);
    assertThat(completed.isFinished()).isTrue();
    assertThat(completed.progress()).isEqualTo(1);
    assertThat(completed.leaseUntil()).isNull();
    assertThat(completed.finishedAt()).isEqualTo(fixture.clock.instant());
    assertThat(builds.complete(first)).isEqualTo(completed);
    assertThatThrownBy(() -> builds.fail(first, "late")).isInstanceOf(LeaseLostException.class);
    assertThatThrownBy(() -> builds.progress(first, 1, "late"))
        .isInstanceOf(LeaseLostException.class);
    assertThat(builds.fail(second, "e".repeat(5_000)).error()).hasSize(1_000);
    assertThat(builds.lease(failed, "b", TTL)).isEmpty();
    assertThat(builds.pending()).isEmpty();
    assertThat(builds.latest().orElseThrow().state()).isEqualTo(BuildRequest.State.FAILED);
  }

  @Test
  void progress_withoutALeaseOrRequest_isRefused() {
    BuildRequest pending = request();
    assertThatThrownBy(() -> builds.progress(pending, 0, "x"))
        .isInstanceOf(LeaseLostException.class);
    BuildRequest leased = builds.lease(pending.buildId(), "a", TTL).orElseThrow();
    fixture.store.delete(KEYS.buildRequestKey(PRODUCTS, pending.buildId()));
    assertThatThrownBy(() -> builds.progress(leased, 0, "x"))
        .isInstanceOf(BuildNotFoundException.class);
  }

  @Test
  void lease_badTtl_isRefused() {
    UUID id = request().buildId();
    for (Duration ttl : List.of(Duration.ZERO, Duration.ofHours(2), Duration.ofSeconds(-1))) {
      assertThatThrownBy(() -> builds.lease(id, "a", ttl))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void request_tooMany_isRefused() {
    for (int i = 0; i < BuildRequests.REQUESTS_MAX; i++) {
      builds.request(IndexParameters.defaults());
    }
    assertThatThrownBy(() -> builds.request(IndexParameters.defaults()))
        .isInstanceOf(TooManyBuildsException.class);
  }

  @Test
  void lease_manyRace_oneWins() throws Exception {
    UUID id = request().buildId();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Callable<Boolean>> racers =
          IntStream.range(0, 24)
              .mapToObj(
                  i -> (Callable<Boolean>) () -> builds.lease(id, "owner" + i, TTL).isPresent())
              .toList();
      int winners = 0;
      for (Future<Boolean> racer : threads.invokeAll(racers)) {
        winners += racer.get() ? 1 : 0;
      }
      assertThat(winners).isEqualTo(1);
    }
  }

  @Test
  void get_hostileObject_isTyped() {
    BuildRequest request = request();
    String key = KEYS.buildRequestKey(PRODUCTS, request.buildId());
    String json = new String(fixture.store.get(key, 100_000).bytes(), StandardCharsets.UTF_8);
    for (String bad :
        List.of(
            "{}",
            json.replace("\"pending\"", "\"waiting\""),
            json.replace("\"max_degree\":32", "\"max_degree\":2"),
            json.replace("\"progress\":0.0", "\"progress\":\"x\""),
            json.replace("\"owner\"", "\"colour\""))) {
      assertThat(bad).isNotEqualTo(json);
      fixture.store.put(key, bad.getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(() -> builds.get(request.buildId()))
          .isInstanceOf(CorruptManifestException.class);
    }
    fixture.store.put(
        key, json.replace("_version\":1", "_version\":3").getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> builds.get(request.buildId()))
        .isInstanceOf(UnsupportedFormatException.class);
  }
}
