package io.akidb.serving.rest;

import io.akidb.serving.config.Setting;
import io.akidb.serving.config.Settings;
import java.time.Duration;

/**
 * The HTTP server.
 *
 * @param host address to listen on
 * @param port to listen on; 0 takes a free one
 * @param writeBodyBytesMax largest body of a write
 * @param requestsInFlightMax handled at once
 * @param connectionsMax open at once
 * @param stopTimeout for calls in flight when stopping
 * @param authFailuresPerSecond calls of one address without a known credential; 0 for no limit
 */
public record HttpConfig(
    String host,
    int port,
    int writeBodyBytesMax,
    int requestsInFlightMax,
    int connectionsMax,
    Duration stopTimeout,
    int authFailuresPerSecond) {
  private static final int OTHER_BODIES_DIVISOR = 16;
  // Each has a thread while it has a call.
  private static final int CONNECTIONS_BOUND = 8192;

  /** Reads the settings. */
  public static HttpConfig of(Settings settings) {
    return new HttpConfig(
        settings.text(Setting.HOST).orElse("127.0.0.1"),
        (int) settings.number(Setting.PORT, 0, 65_535),
        (int) settings.number(Setting.BODY_BYTES_MAX, 1 << 16, 1 << 30),
        (int) settings.number(Setting.REQUESTS_IN_FLIGHT_MAX, 1, 100_000),
        (int) settings.number(Setting.CONNECTIONS_MAX, 1, CONNECTIONS_BOUND),
        Duration.ofSeconds(settings.number(Setting.STOP_TIMEOUT_SECS, 0, 600)),
        (int) settings.number(Setting.AUTH_FAILURES_PER_SECOND, 0, 1_000_000));
  }

  /** Largest body of any other call. */
  int otherBodyBytesMax() {
    return writeBodyBytesMax / OTHER_BODIES_DIVISOR;
  }
}
