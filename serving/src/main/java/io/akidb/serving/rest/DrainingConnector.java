package io.akidb.serving.rest;

import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Listens. When it is shut down, no connection without a call lasts longer than a moment: those
 * included that were being opened, which Jetty forgets. Thread-safe as any connector.
 */
final class DrainingConnector extends ServerConnector {
  private static final long IDLE_TIMEOUT_MS = 60_000;
  // By default a second.
  static final long DRAINING_IDLE_TIMEOUT_MS = 200;

  /** Listens once the server starts. */
  DrainingConnector(Server server, HttpConfiguration http, String host, int port) {
    super(server, new HttpConnectionFactory(http));
    setHost(host);
    setPort(port);
    // Of the connection, not of each call: Jetty would give it back what it had before the call,
    // and so the long one where the server began to stop meanwhile.
    setIdleTimeout(IDLE_TIMEOUT_MS);
    setShutdownIdleTimeout(DRAINING_IDLE_TIMEOUT_MS);
  }

  @Override
  protected void onEndPointOpened(EndPoint endPoint) {
    super.onEndPointOpened(endPoint);
    if (isShutdown()) {
      endPoint.setIdleTimeout(DRAINING_IDLE_TIMEOUT_MS);
    }
  }
}
