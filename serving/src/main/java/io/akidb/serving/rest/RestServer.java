package io.akidb.serving.rest;

import io.akidb.policies.Permission;
import io.akidb.serving.metrics.NodeMetrics;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.TenantId;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The HTTP server: gives each route to its handler, below {@code /v1} and below nothing. {@link
 * #close} drains it.
 */
public final class RestServer implements AutoCloseable {
  private static final String BASE = "/v1";
  private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final String ID_ATTRIBUTE = "akidb.request-id";
  // No tenant's id.
  private static final String PLATFORM = "platform";
  private static final int BODIES_HEAP_DIVISOR = 4;
  private static final int REPEATED_HEAP_DIVISOR = 32;
  private static final int HEADER_BYTES_MAX = 16 << 10;

  /** Most readers of the metrics at once, by their key or where they are open to all. */
  static final int SCRAPES_MAX = 4;

  private static final int THREADS_MIN = 8;
  private static final int THREADS_SPARE = 64;
  private static final int THREADS_IDLE_MS = 60_000;

  /**
   * How long a body may take before its call is looked at again, in nanoseconds: with what may be
   * known for 0.9 s already, a revoked key ends within the second that is promised.
   */
  static final long ARRIVED_AT_ONCE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final HttpConfig config;
  private final Gate gate;
  private final RequestAudit audit;
  private final NodeMetrics metrics;
  private final List<Route> routes;
  private final Semaphore inFlight;
  private final Semaphore scrapes = new Semaphore(SCRAPES_MAX);
  private final Arrivals arrivals;
  private final Idempotency idempotency =
      new Idempotency(Runtime.getRuntime().maxMemory() / REPEATED_HEAP_DIVISOR);
  private final Departures departures;
  private final Unread unread;
  private final TenantPlaces tenantPlaces;
  private final Javalin javalin;
  private volatile boolean stopping;

  RestServer(
      HttpConfig config, Gate gate, NodeMetrics metrics, RequestAudit audit, List<Route> routes) {
    this(config, gate, metrics, audit, routes, System::nanoTime);
  }

  /** The same with a clock for how fast bodies come and answers are read. */
  RestServer(
      HttpConfig config,
      Gate gate,
      NodeMetrics metrics,
      RequestAudit audit,
      List<Route> routes,
      LongSupplier nanoTime) {
    this.config = config;
    this.gate = gate;
    this.audit = audit;
    this.metrics = metrics;
    this.routes = List.copyOf(routes);
    this.inFlight = new Semaphore(config.requestsInFlightMax());
    this.tenantPlaces = new TenantPlaces(gate.placesOfATenant(config.requestsInFlightMax()));
    this.arrivals =
        new Arrivals(
            config.requestsInFlightMax(),
            Math.max(
                config.writeBodyBytesMax(), Runtime.getRuntime().maxMemory() / BODIES_HEAP_DIVISOR),
            nanoTime);
    this.departures =
        new Departures(Departures.bytesMax(Runtime.getRuntime().maxMemory()), nanoTime);
    this.unread = new Unread(config, nanoTime);
    metrics.gauge(
        "akidb_http_answer_bytes",
        "Bytes of long answers that are written or sent.",
        departures::bytesHeld);
    metrics.gauge(
        "akidb_http_body_bytes",
        "Bytes of bodies that arrive or are handled.",
        arrivals::bytesHeld);
    metrics.gauge(
        "akidb_http_requests_in_flight",
        "Requests being handled.",
        () -> config.requestsInFlightMax() - inFlight.availablePermits());
    this.javalin = Javalin.create(this::configure);
  }

  /** Starts listening. */
  public RestServer start() {
    javalin.start();
    return this;
  }

  /** The port that it listens on. */
  public int port() {
    return javalin.port();
  }

  private void configure(JavalinConfig javalinConfig) {
    javalinConfig.startup.showJavalinBanner = false;
    // Not virtual threads: nothing takes a processor from one of these that computes, so that as
    // many long searches as there are processors would keep even health from being answered.
    javalinConfig.concurrency.useVirtualThreads = false;
    javalinConfig.jetty.threadPool = threads(config);
    javalinConfig.http.maxRequestSize = config.writeBodyBytesMax();
    javalinConfig.http.prefer405over404 = true;
    javalinConfig.http.compressionStrategy = CompressionStrategy.NONE;
    javalinConfig.jetty.modifyHttpConfiguration(RestServer::limit);
    javalinConfig.jetty.addConnector(
        (server, http) -> new DrainingConnector(server, http, config.host(), config.port()));
    javalinConfig.jetty.modifyServer(
        server -> {
          server.setStopTimeout(config.stopTimeout().toMillis());
          server.setErrorHandler(new PlainErrors());
          server.addBean(new NetworkConnectionLimit(config.connectionsMax(), server));
        });
    for (Route route : routes) {
      for (String base : List.of(BASE, "")) {
        for (HandlerType method : methods(route)) {
          javalinConfig.routes.addHttpHandler(
              method, base + route.path(), http -> handle(http, route));
        }
      }
    }
    javalinConfig.routes.exception(
        HttpResponseException.class, (e, http) -> send(http, unmatched(e, requestId(http))));
    javalinConfig.routes.exception(
        Exception.class, (e, http) -> send(http, Problems.answer(e, requestId(http))));
  }

  static void limit(HttpConfiguration http) {
    http.setSendServerVersion(false);
    http.setSendXPoweredBy(false);
    http.setRequestHeaderSize(HEADER_BYTES_MAX);
    // It takes a header for the one that the same connection sent before if they differ by upper
    // and lower case alone, and 110 KB of heap for each connection, to save nothing measurable.
    http.setHeaderCacheSize(0);
  }

  /**
   * One for each connection, and some to accept and to refuse: who sends its body slowly, or does
   * not read its answers, keeps the thread of its own connection and no other.
   */
  private static QueuedThreadPool threads(HttpConfig config) {
    QueuedThreadPool threads =
        new QueuedThreadPool(
            Math.max(config.connectionsMax(), 2 * config.requestsInFlightMax()) + THREADS_SPARE,
            THREADS_MIN,
            THREADS_IDLE_MS);
    threads.setName("http");
    return threads;
  }

  // Where nobody handles HEAD, the library answers 200 to whoever asks.
  private static List<HandlerType> methods(Route route) {
    HandlerType method = HandlerType.findOrCreate(route.method());
    return method.equals(HandlerType.GET) ? List.of(method, HandlerType.HEAD) : List.of(method);
  }

  private void handle(Context http, Route route) {
    long start = System.nanoTime();
    Answer answer;
    try (Departures.Room room = departures.open()) {
      try (Arrivals.Body arrival = arrivals.open()) {
        answer = handle(http, route, arrival, room);
        room.require(answer.body().size());
      } catch (RuntimeException | OutOfMemoryError e) {
        room.giveBack();
        answer = Problems.answer(e, requestId(http));
      }
      send(http, answer);
    }
    metrics.request(route.method(), route.path(), answer.status(), System.nanoTime() - start);
  }

  private Answer handle(Context http, Route route, Arrivals.Body arrival, Departures.Room room) {
    int bodyMax = route.writes() ? config.writeBodyBytesMax() : config.otherBodyBytesMax();
    Call call = inFlight(http, route, () -> enter(http, route, bodyMax)).answeringIn(room);
    unread.of(http, call);
    if (route.method().equals("GET")) {
      return inFlight(http, route, () -> handleAudited(http, route, call));
    }
    long enteredAt = System.nanoTime();
    // Read even if it will not be needed: an unread body would cost the caller its connection.
    call.receive(arrival);
    boolean late = System.nanoTime() - enteredAt > ARRIVED_AT_ONCE_NANOS;
    return inFlight(
        http, route, () -> handleAudited(http, route, late ? again(http, route, call) : call));
  }

  private Call enter(Context http, Route route, int bodyMax) {
    return audited(http, route, () -> gate.enter(http, route, bodyMax));
  }

  // Else a body that is held back would carry a call past the end of its key, or of what it may.
  private Call again(Context http, Route route, Call call) {
    return audited(http, route, () -> gate.again(http, route, call));
  }

  private Call audited(Context http, Route route, Supplier<Call> enter) {
    try {
      return enter.get();
    } catch (ServingException e) {
      audit.failed(http, route, null, e);
      throw e;
    }
  }

  private Answer handleAudited(Context http, Route route, Call call) {
    // Before it is on record: a flood beyond the share should not become one of the audit log.
    try (TenantPlaces.Place _ = tenantPlaces.take(call.sharer())) {
      return handleInItsPlace(http, route, call);
    }
  }

  private Answer handleInItsPlace(Context http, Route route, Call call) {
    audit.entered(http, route, call);
    Answer answer;
    try {
      answer = handleOnce(http, route, call);
    } catch (RuntimeException | OutOfMemoryError e) {
      audit.failed(http, route, call, e);
      throw e;
    }
    audit.answered(http, route, call, answer);
    return answer;
  }

  /**
   * Does a part of a call that costs this node work; waiting for the caller is none. Health is
   * always told; metrics have places of their own for who shows their key, so that they tell of a
   * node that is busy, and a flood of scrapes takes no others' places.
   */
  private <T> T inFlight(Context http, Route route, Supplier<T> work) {
    if (route.access() == Access.OPEN) {
      return work.get();
    }
    Semaphore places = gate.isScrape(http, route) ? scrapes : inFlight;
    if (!places.tryAcquire()) {
      throw ServingException.of(Reason.OVERLOADED, "the node is busy");
    }
    try {
      if (stopping) {
        throw ServingException.of(Reason.OVERLOADED, "the node is stopping");
      }
      return work.get();
    } finally {
      places.release();
    }
  }

  private Answer handleOnce(Context http, Route route, Call call) {
    String key = http.header("Idempotency-Key");
    if (key == null || !isRepeatable(route)) {
      return route.handler().handle(call);
    }
    return idempotency.once(
        ofWhom(call),
        call.principal().id() + "," + call.principal().keyId(),
        route.method(),
        http.queryString() == null ? http.path() : http.path() + "?" + http.queryString(),
        key,
        call.body(),
        () -> route.handler().handle(call));
  }

  private static String ofWhom(Call call) {
    TenantId tenant = call.tenantId() == null ? call.principal().tenant() : call.tenantId();
    return tenant == null ? PLATFORM : tenant.value();
  }

  /**
   * Whether a call may carry an {@code Idempotency-Key}. What only reads can be repeated anyway,
   * and its answers may be large; a token is made anew each time.
   */
  static boolean isRepeatable(Route route) {
    return route.access() != Access.OPEN
        && route.access() != Access.KEY_HOLDER
        && !route.reads()
        && route.permission() != Permission.VECTORS_SEARCH
        && route.permission() != Permission.COLLECTIONS_READ;
  }

  private void send(Context http, Answer answer) {
    unread.drain(http);
    http.status(answer.status());
    http.contentType(answer.contentType());
    http.header("X-Request-ID", requestId(http));
    http.header("Cache-Control", "no-store");
    http.header("X-Content-Type-Options", "nosniff");
    answer.headers().forEach(http::header);
    if (answer.body().size() > Departures.SHORT_BYTES_MAX) {
      sendLong(http, answer.body());
    } else if (answer.status() != 204) {
      http.result(answer.body().joined());
    }
  }

  // Here, so that it is known when it has been sent. The server ends the connection of one that was
  // not.
  private void sendLong(Context http, Blocks body) {
    http.res().setContentLength(body.size());
    try {
      departures.send(body, http.res().getOutputStream());
    } catch (IOException e) {
      // Whoever does not read its answer to the end is told nothing more.
      System.getLogger(RestServer.class.getName())
          .log(System.Logger.Level.DEBUG, "an answer was not read to its end", e);
    }
  }

  private static Answer unmatched(HttpResponseException e, String requestId) {
    Reason reason =
        switch (e.getStatus()) {
          case 404 -> Reason.NOT_FOUND;
          case 405 -> Reason.METHOD_NOT_ALLOWED;
          case 413 -> Reason.TOO_LARGE;
          default -> Reason.INVALID_REQUEST;
        };
    String detail =
        switch (reason) {
          case NOT_FOUND -> "there is no such path";
          case METHOD_NOT_ALLOWED -> "the path does not have this method";
          case TOO_LARGE -> "the body is too large";
          default -> "the request cannot be read";
        };
    Answer answer = Problems.answer(ServingException.of(reason, detail), requestId);
    String methods = e.getDetails().get("availableMethods");
    return methods == null ? answer : answer.with("Allow", methods);
  }

  /** The caller's id for the request if it is fit to be logged, else a new one. */
  static String requestId(Context http) {
    String known = http.attribute(ID_ATTRIBUTE);
    if (known == null) {
      String asked = http.header("X-Request-ID");
      known =
          asked != null && REQUEST_ID.matcher(asked).matches()
              ? asked
              : UUID.randomUUID().toString();
      http.attribute(ID_ATTRIBUTE, known);
    }
    return known;
  }

  /** Refuses new calls, waits for those in flight as long as configured, then stops. */
  @Override
  public void close() {
    stopping = true;
    try {
      Duration timeout = config.stopTimeout();
      if (!inFlight.tryAcquire(
          config.requestsInFlightMax(), timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        System.getLogger(RestServer.class.getName())
            .log(System.Logger.Level.WARNING, "stopping with calls still in flight");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      javalin.stop();
    } finally {
      audit.close();
    }
  }
}
