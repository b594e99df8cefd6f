package io.akidb.bench.tenants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpConnectionTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100_000})
  void answers_withALengthAndInChunks_areReadToTheEnd(int length) throws Exception {
    byte[] content = new byte[length];
    java.util.Arrays.fill(content, (byte) 'x');
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            byte[] asked = exchange.getRequestBody().readAllBytes();
            boolean chunked = exchange.getRequestURI().getPath().equals("/chunked");
            exchange.sendResponseHeaders(
                asked.length == 3 ? 200 : 400, chunked ? 0 : length == 0 ? -1 : length);
            if (chunked || length > 0) {
              exchange.getResponseBody().write(content);
            }
          }
        });
    server.start();
    try (HttpConnection connection = new HttpConnection(server.getAddress().getPort())) {
      for (String path : new String[] {"/plain", "/chunked", "/plain"}) {
        HttpConnection.Reply reply =
            connection.send(HttpConnection.request("POST", path, "key", "abc"));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).isEqualTo(content);
      }
    } finally {
      server.stop(0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Len",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"
      })
  void answer_thatEndsEarly_isAFailure(String answer) throws Exception {
    assertThatThrownBy(() -> ask(answer)).isInstanceOf(EOFException.class);
  }

  @Test
  void answer_ofSomethingElse_isAFailure() {
    assertThatThrownBy(() -> ask("220 mail.example ESMTP\r\n"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not an answer");
  }

  private static void ask(String answer) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ExecutorService others = Executors.newVirtualThreadPerTaskExecutor()) {
      var _ =
          others.submit(
              () -> {
                try (Socket accepted = server.accept()) {
                  accepted.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                  accepted.shutdownOutput();
                  accepted.getInputStream().readAllBytes();
                }
                return null;
              });
      try (HttpConnection connection = new HttpConnection(server.getLocalPort())) {
        connection.send(HttpConnection.request("GET", "/", "key", ""));
      }
    }
  }
}
