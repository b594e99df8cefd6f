package io.akidb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers that a node of ours does not give, but what stands in front of it may. */
class RestClientTest {
  private HttpServer server;
  private int status;
  private String body = "";

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private RestClient client() {
    return new RestClient(
        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"), null, null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "502 | <html>bad gateway</html> | the node answered 502",
        "500 | {\"title\": \"Oh\"}      | the node answered 500: Oh",
        "500 | {}                       | the node answered 500",
        "503 | {not json                | the node answered 503",
        "400 | {\"detail\": \"wrong\", \"errors\": [{\"pointer\": \"/k\", \"detail\": \"is 0\"}]} | "
            + "the node answered 400: wrong; /k is 0",
        "400 | {\"detail\": \"/k is 0\", \"errors\": [{\"pointer\": \"/k\", \"detail\": \"is 0\"}]} | "
            + "the node answered 400: /k is 0",
        "401 | ''                       | the node answered 401 (give a key by --api-key or AKIDB_API_KEY)",
      })
  void call_thatIsRefused_failsInTheAnswersWords(int status, String body, String said) {
    this.status = status;
    this.body = body;
    try (RestClient client = client()) {
      assertThatThrownBy(() -> client.call("GET", "collections", null))
          .isInstanceOf(CliException.class)
          .hasMessage(said);
    }
  }

  @Test
  void call_answeredByNoJson_fails() {
    status = 200;
    body = "<html>hello</html>";
    try (RestClient client = client()) {
      assertThatThrownBy(() -> client.call("GET", "collections", null))
          .isInstanceOf(CliException.class)
          .hasMessageContaining("is not JSON");
    }
  }

  @Test
  void call_answeredByNothing_isNull() {
    status = 204;
    try (RestClient client = client()) {
      assertThat(client.call("DELETE", "collections/a", null).isNull()).isTrue();
    }
  }

  @Test
  void send_byAnInterruptedThread_failsAndStaysInterrupted() {
    Thread.currentThread().interrupt();
    try (RestClient client = client()) {
      assertThatThrownBy(() -> client.send("GET", "collections", null))
          .isInstanceOf(CliException.class)
          .hasMessage("interrupted");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
