package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.serving.TestNode.Reply;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers who ask and do not read what they are answered. */
class SlowReadersTest {
  private static final int RECEIVE_BUFFER_BYTES = 4_096;
  // More than threads of a node with one place, were there none for each connection.
  private static final int SOCKETS = 70;
  private static final int ROWS = 400;
  // 3.5 MB: more than the system takes for a caller who does not read, and all of them together
  // less
  // than the share of one.
  private static final int ROWS_OF_A_SHORT_LIST = 70;
  private static final int PAYLOAD_CHARS = 50_000;
  private static final int ANSWERS_MAX = 1_000;
  private static final String LIST = "/collections/c/vectors?limit=1000";

  private static Socket connect(TestNode node) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
    socket.setSoTimeout(20_000);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.node().port()));
    return socket;
  }

  private static String call(TestNode node, String path) {
    return "GET /v1%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n"
        .formatted(path, node.key());
  }

  private static void send(Socket socket, String calls) {
    try {
      socket.getOutputStream().write(calls.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      if (!socket.isClosed()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Threads of the server that wait until somebody reads. */
  private static long stuck() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(entry -> entry.getKey().getName().startsWith("http"))
        .map(Map.Entry::getValue)
        .filter(
            stack ->
                Arrays.stream(stack).anyMatch(frame -> frame.getClassName().endsWith("HttpOutput")))
        .count();
  }

  private static TestNode filled(TestNode operator, String name) {
    Reply made = operator.post("/tenants", "{\"name\": \"" + name + "\"}").expect(201);
    TestNode tenant = operator.as(made.json().path("api_key").asText());
    fill(tenant, ROWS);
    return tenant;
  }

  private static void fill(TestNode tenant, int count) {
    tenant.post("/collections", "{\"name\": \"c\", \"vector_dim\": 2}").expect(201);
    String rows =
        IntStream.range(0, count)
            .mapToObj(
                i ->
                    "{\"id\": \"v%d\", \"vector\": [1, 1], \"payload\": {\"text\": \"%s\"}}"
                        .formatted(i, "x".repeat(PAYLOAD_CHARS)))
            .collect(Collectors.joining(","));
    tenant.post("/collections/c/vectors", "{\"vectors\": [" + rows + "]}").expect(200);
  }

  private static double held(TestNode node) {
    String text = new String(node.get("/metrics").http().body(), StandardCharsets.UTF_8);
    return text.lines()
        .filter(line -> line.startsWith("akidb_http_answer_bytes "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
        .findFirst()
        .orElseThrow();
  }

  /** Asks for a list without reading it; how it was answered. */
  private static String ask(TestNode tenant, List<Socket> sockets) throws IOException {
    Socket socket = connect(tenant);
    sockets.add(socket);
    send(socket, call(tenant, LIST));
    return new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII), 64)
        .readLine();
  }

  @Test
  void callersWhoReadNothing_keepNobodyElseFromBeingAnswered(@TempDir Path folder)
      throws IOException {
    List<Socket> sockets = new ArrayList<>();
    try (TestNode node =
        TestNode.start(folder, "--requests-in-flight-max", "1", "--connections-max", "100")) {
      try {
        fill(node, ROWS_OF_A_SHORT_LIST);
        while (sockets.size() < SOCKETS) {
          assertThat(ask(node, sockets)).contains(" 200 ");
        }
        TestNode.await("each to keep a thread waiting", () -> stuck() >= SOCKETS);
        node.get("/health/live").expect(200);
        node.get("/collections").expect(200);
      } finally {
        for (Socket socket : sockets) {
          socket.close();
        }
      }
    }
  }

  @Test
  void answersThatATenantDoesNotRead_takeNoMoreThanItsShareOfTheMemory(@TempDir Path folder)
      throws IOException {
    List<Socket> sockets = new ArrayList<>();
    try (TestNode operator = TestNode.start(folder)) {
      try {
        TestNode greedy = filled(operator, "greedy");
        TestNode other = filled(operator, "other");
        String answered = ask(greedy, sockets);
        while (answered.contains(" 200 ") && sockets.size() < ANSWERS_MAX) {
          answered = ask(greedy, sockets);
        }
        assertThat(answered).contains(" 503 ");
        assertThat(held(operator))
            .isBetween(
                1.0 * ROWS * PAYLOAD_CHARS,
                Math.max(256 << 20, Runtime.getRuntime().maxMemory() / 8.0));
        Reply refused = greedy.get(LIST).expect(503);
        assertThat(refused.code()).isEqualTo("overloaded");
        assertThat(refused.json().path("detail").asText()).contains("of this tenant");
        greedy.get("/collections/c/vectors?limit=1").expect(200);
        other.get(LIST).expect(200);
      } finally {
        for (Socket socket : sockets) {
          socket.close();
        }
      }
      TestNode.await("the memory to be given back", () -> held(operator) == 0);
    }
  }
}
