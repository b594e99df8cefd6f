package io.akidb.serving.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Scheduler;
import com.github.benmanes.caffeine.cache.Ticker;
import io.akidb.catalog.Catalog;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.policies.AccessTokens;
import io.akidb.policies.ApiKeys;
import io.akidb.policies.Authorizer;
import io.akidb.policies.Identity;
import io.akidb.policies.Roles;
import io.akidb.policies.Tokens;
import io.akidb.policies.Users;
import io.akidb.policies.audit.AuditConfig;
import io.akidb.policies.audit.AuditLog;
import io.akidb.serving.HookedStore;
import io.akidb.serving.TestNode;
import io.akidb.serving.config.Settings;
import io.akidb.serving.metrics.NodeMetrics;
import io.akidb.serving.tenant.Tenancy;
import io.akidb.serving.tenant.TenantConfig;
import io.akidb.tenancy.TenantRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bound of calls that are handled at once, where the metrics are read. */
class RestServerTest {
  private static final int IN_FLIGHT_MAX = 3;
  private static final String METRICS_KEY = "the-key-of-those-who-scrape";
  private static final String WRONG_KEY = "akidb_0123456789abcdef_" + "s".repeat(43);

  private final HookedStore store = new HookedStore(new InMemoryStore(Clock.systemUTC()));
  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger held = new AtomicInteger();
  private final HttpClient client = HttpClient.newHttpClient();
  private volatile boolean holdsScrapes;
  private Tenancy tenancy;
  private AuditLog log;
  private RestServer server;

  @BeforeEach
  void start() {
    Clock clock = Clock.systemUTC();
    Settings settings =
        Settings.read(
            List.of("--rbac-enabled", "true"),
            Map.of("AKIDB_ADMIN_API_KEY", TestNode.OPERATOR_KEY, "AKIDB_METRICS_KEY", METRICS_KEY));
    NodeMetrics metrics = new NodeMetrics();
    Catalog catalog = new Catalog(store, clock);
    TenantRegistry registry = new TenantRegistry(store, clock);
    tenancy =
        new Tenancy(
            store, registry, catalog, List.of(), TenantConfig.of(settings), metrics.registry());
    Users users = new Users(store, clock);
    Roles roles = new Roles(store, clock);
    ApiKeys keys = new ApiKeys(store, users, clock, new SecureRandom(), TestNode.OPERATOR_KEY);
    AccessTokens tokens = new AccessTokens(store, keys, clock, new SecureRandom());
    Identity identity =
        new Identity(
            users, roles, keys, tokens, new Tokens(tokens, null), new Authorizer(roles, clock));
    log = new AuditLog(store, clock, new SecureRandom(), "a", null, AuditConfig.USUAL);
    Gate gate =
        new Gate(
            identity,
            tenancy,
            new AuthFailures(0, Ticker.systemTicker()),
            MetricsAccess.of(settings));
    List<Route> routes =
        List.of(
            Route.open("GET", "/health/live", call -> Answer.ok(Json.object())),
            Route.operator("GET", MetricsAccess.PATH, call -> scrape()));
    server =
        new RestServer(
                new HttpConfig(
                    "127.0.0.1", 0, 1 << 20, IN_FLIGHT_MAX, 100, Duration.ofSeconds(10), 0),
                gate,
                metrics,
                new RequestAudit(log, routes, Ticker.systemTicker(), Scheduler.disabledScheduler()),
                routes)
            .start();
  }

  @AfterEach
  void stop() {
    release.countDown();
    server.close();
    log.close();
    tenancy.close();
    client.close();
  }

  private void hold() {
    held.incrementAndGet();
    try {
      assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private Answer scrape() {
    if (holdsScrapes) {
      hold();
    }
    return Answer.ok(Json.object());
  }

  private HttpRequest request(String path, String key) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
        .timeout(Duration.ofSeconds(30))
        .header("Authorization", "Bearer " + key)
        .build();
  }

  private int status(String path, String key) throws IOException, InterruptedException {
    return client.send(request(path, key), HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  /** Reads of the metrics, one for each key, that are held on their way. */
  private List<CompletableFuture<HttpResponse<Void>>> held(List<String> keys) {
    List<CompletableFuture<HttpResponse<Void>>> answers = new ArrayList<>();
    for (String key : keys) {
      answers.add(
          client.sendAsync(
              request(MetricsAccess.PATH, key), HttpResponse.BodyHandlers.discarding()));
    }
    TestNode.await("all calls to be held", () -> held.get() == keys.size());
    return answers;
  }

  private void released(List<CompletableFuture<HttpResponse<Void>>> answers, int status) {
    release.countDown();
    assertThat(answers).allMatch(answer -> answer.join().statusCode() == status);
  }

  @Test
  void scrapes_beyondTheirPlaces_areRefusedAndTakeNoOthers() throws Exception {
    holdsScrapes = true;
    var scrapes = held(Collections.nCopies(RestServer.SCRAPES_MAX, METRICS_KEY));

    assertThat(status(MetricsAccess.PATH, METRICS_KEY)).isEqualTo(503);
    assertThat(status("/health/live", "none")).isEqualTo(200);
    assertThat(status(MetricsAccess.PATH, WRONG_KEY)).as("looked up").isEqualTo(401);

    released(scrapes, 200);
    assertThat(status(MetricsAccess.PATH, METRICS_KEY)).isEqualTo(200);
  }

  @Test
  void guessesAtTheMetricsKey_areBoundedAsOtherCallsAre() throws Exception {
    store.before(
        (method, key) -> {
          if (key.contains("/api-keys/")) {
            hold();
          }
        });
    // Another key each: one is looked up once, however many calls show it.
    var guesses =
        held(
            IntStream.range(0, IN_FLIGHT_MAX)
                .mapToObj(i -> "akidb_%016x_%s".formatted(i, "s".repeat(43)))
                .toList());

    assertThat(status(MetricsAccess.PATH, WRONG_KEY)).isEqualTo(503);
    assertThat(status("/health/live", "none")).isEqualTo(200);
    assertThat(status(MetricsAccess.PATH, METRICS_KEY)).as("its own places").isEqualTo(200);

    released(guesses, 401);
  }
}
