package io.akidb.serving.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.serving.TestNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections of callers who stay, while a server stops. */
class DrainingConnectorTest {
  private final Server server = new Server();
  private DrainingConnector connector;

  @BeforeEach
  void configure() {
    HttpConfiguration http = new HttpConfiguration();
    RestServer.limit(http);
    connector = new DrainingConnector(server, http, "127.0.0.1", 0);
    server.addConnector(connector);
    server.setStopTimeout(TimeUnit.SECONDS.toMillis(10));
    server.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback) {
            Content.Sink.write(response, true, "done", callback);
            return true;
          }
        });
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
  }

  private boolean isDraining() {
    return connector.isShutdown()
        && connector.getConnectedEndPoints().stream()
            .allMatch(each -> each.getIdleTimeout() == DrainingConnector.DRAINING_IDLE_TIMEOUT_MS);
  }

  private static String call(Socket caller) throws IOException {
    caller
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return new BufferedReader(
            new InputStreamReader(caller.getInputStream(), StandardCharsets.US_ASCII))
        .readLine();
  }

  @Test
  void stop_betweenAnAnswerAndTheEndOfItsCall_isNotHeldByTheConnection() throws Exception {
    // What is logged was sent, and the caller may stop the server; the call is not over yet.
    server.setRequestLog(
        (request, response) -> TestNode.await("the server to stop", this::isDraining));
    server.start();
    try (Socket caller = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort())) {
      assertThat(call(caller)).contains("200");

      // Throws a TimeoutException if a connection is left when the time to stop is over.
      server.stop();
    }
  }

  @Test
  void connectionThatIsOpenedWhileTheServerStops_doesNotStay() throws Exception {
    server.start();
    var _ = connector.shutdown();
    ByteArrayEndPoint late = new ByteArrayEndPoint();
    late.setIdleTimeout(connector.getIdleTimeout());

    connector.onEndPointOpened(late);

    assertThat(late.getIdleTimeout()).isEqualTo(DrainingConnector.DRAINING_IDLE_TIMEOUT_MS);
    // Nothing closes it: it is no socket's.
    server.setStopTimeout(0);
  }
}
