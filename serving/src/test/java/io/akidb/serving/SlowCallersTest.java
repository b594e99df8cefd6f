package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.serving.TestNode.Reply;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers whose bodies stop on their way. */
class SlowCallersTest {
  private static final int IN_FLIGHT_MAX = 4;
  private static final String CREATE = "{\"name\": \"c\", \"vector_dim\": 2, \"distance\": \"l2\"}";

  private static Socket half(TestNode node) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.node().port());
    String head =
        """
        POST /v1/collections HTTP/1.1\r
        Host: localhost\r
        Authorization: Bearer %s\r
        Content-Type: application/json\r
        Content-Length: %d\r
        \r
        """
            .formatted(node.key(), CREATE.length());
    socket.getOutputStream().write((head + "{").getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    return socket;
  }

  private static TestNode tenant(TestNode operator, String name) {
    Reply made = operator.post("/tenants", "{\"name\": \"" + name + "\"}").expect(201);
    return operator.as(made.json().path("api_key").asText());
  }

  private static String metrics(TestNode node) {
    return new String(node.get("/metrics").http().body(), StandardCharsets.UTF_8);
  }

  /** Whether a body of the tenant's would be taken in: this one is refused for what it says. */
  private static boolean isTakenIn(TestNode tenant) {
    return tenant.post("/collections", "{}").status() == 400;
  }

  @Test
  void bodies_thatStopOnTheirWay_keepNoOtherTenantWaiting(@TempDir Path folder) throws IOException {
    List<Socket> slow = new ArrayList<>();
    try (TestNode operator =
        TestNode.start(folder, "--requests-in-flight-max", Integer.toString(IN_FLIGHT_MAX))) {
      TestNode greedy = tenant(operator, "greedy");
      TestNode other = tenant(operator, "other");
      for (int i = 0; i < IN_FLIGHT_MAX; i++) {
        slow.add(half(greedy));
      }
      // Each has sent a byte.
      String held = "akidb_http_body_bytes " + (double) IN_FLIGHT_MAX;
      TestNode.await(
          "the places of the greedy tenant to be taken", () -> metrics(operator).contains(held));

      for (int i = 0; i < 2 * IN_FLIGHT_MAX; i++) {
        assertThat(isTakenIn(other)).isTrue();
      }
      greedy.get("/collections").expect(200);
      assertThat(greedy.post("/collections", "{}").expect(503).header("Retry-After")).isNotEmpty();

      Socket first = slow.getFirst();
      first.getOutputStream().write(CREATE.substring(1).getBytes(StandardCharsets.US_ASCII));
      BufferedReader answer =
          new BufferedReader(
              new InputStreamReader(first.getInputStream(), StandardCharsets.US_ASCII));
      assertThat(answer.readLine()).as("a body that arrives late").contains(" 201 ");
      TestNode.await("its place to be free", () -> isTakenIn(greedy));
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }
}
