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
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
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
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bound of calls that are handled at once, where the metrics are read. */
class RestServerTest {
  private static final int IN_FLIGHT_MAX = 3;
  private static final String LONG_PATH = "/health/long";
  // More than the system takes ahead.
  private static final int LONG_BYTES = 32 << 20;
  private static final String METRICS_KEY = "the-key-of-those-who-scrape";
  private static final String WRONG_KEY = "akidb_0123456789abcdef_" + "s".repeat(43);

  private final HookedStore store = new HookedStore(new InMemoryStore(Clock.systemUTC()));
  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger held = new AtomicInteger();
  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicLong nanos = new AtomicLong();
  private volatile boolean holdsScrapes;
  private NodeMetrics metrics;
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
    metrics = new NodeMetrics();
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
            Route.open("GET", LONG_PATH, call -> longAnswer()),
            Route.operator("GET", MetricsAccess.PATH, call -> scrape()));
    server =
        new RestServer(
                new HttpConfig(
                    "127.0.0.1", 0, 1 << 20, IN_FLIGHT_MAX, 100, Duration.ofSeconds(10), 0),
                gate,
                metrics,
                new RequestAudit(log, routes, Ticker.systemTicker(), Scheduler.disabledScheduler()),
                routes,
                nanos::get)
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

  private static Answer longAnswer() {
    return Answer.json(Blocks.of(new byte[LONG_BYTES]));
  }

  private double answerBytes() {
    return new String(metrics.text(), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.startsWith("akidb_http_answer_bytes "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
        .findFirst()
        .orElseThrow();
  }

  /** Bytes of a long answer that come, once so much time went by after its first one. */
  private long read(Duration later) throws IOException {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(30_000);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
      socket
          .getOutputStream()
          .write(
              ("GET " + LONG_PATH + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      long count = in.read() < 0 ? 0 : 1;
      assertThat(answerBytes()).isGreaterThan(LONG_BYTES - Departures.SHORT_BYTES_MAX - 1);
      nanos.addAndGet(later.toNanos());
      byte[] buffer = new byte[64 << 10];
      for (int length = readSome(in, buffer); length >= 0; length = readSome(in, buffer)) {
        count += length;
      }
      return count;
    }
  }

  private static int readSome(InputStream in, byte[] into) throws IOException {
    try {
      return in.read(into);
    } catch (SocketException e) {
      // A connection that was cut off may end so, too.
      return -1;
    }
  }

  @Test
  void longAnswer_whoseCallerFallsBehind_isCutOff() throws Exception {
    assertThat(read(Duration.ofHours(1))).isPositive().isLessThan(LONG_BYTES);
    TestNode.await("the memory to be given back", () -> answerBytes() == 0);

    assertThat(read(Duration.ofSeconds(30))).isGreaterThan(LONG_BYTES);
    TestNode.await("the memory to be given back", () -> answerBytes() == 0);
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
