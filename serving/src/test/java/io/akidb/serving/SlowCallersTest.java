package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.serving.TestNode.Reply;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers whose bodies stop on their way. */
class SlowCallersTest {
  private static final int IN_FLIGHT_MAX = 4;
  // So that the server takes it for a body that did not come at once.
  private static final Duration LATE = Duration.ofMillis(100);
  private static final String CREATE = "{\"name\": \"c\", \"vector_dim\": 2, \"distance\": \"l2\"}";

  private static Socket half(TestNode node) throws IOException {
    return half(node, "/v1/collections", CREATE);
  }

  private static Socket half(TestNode node, String path, String body) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.node().port());
    String head =
        """
        POST %s HTTP/1.1\r
        Host: localhost\r
        Authorization: Bearer %s\r
        Content-Type: application/json\r
        Content-Length: %d\r
        \r
        """
            .formatted(path, node.key(), body.length());
    socket.getOutputStream().write((head + "{").getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    return socket;
  }

  /** Sends the rest of a body; the line that says how the call was answered. */
  private static String finish(Socket socket, String body) throws IOException {
    socket.getOutputStream().write(body.substring(1).getBytes(StandardCharsets.US_ASCII));
    return new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
        .readLine();
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
      assertThat(finish(first, CREATE)).as("a body that arrives late").contains(" 201 ");
      TestNode.await("its place to be free", () -> isTakenIn(greedy));
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  /** How a call is answered before whose second half something was changed. */
  private static String answered(TestNode operator, TestNode caller, Runnable change)
      throws IOException {
    String body = "{\"name\": \"endless\", \"role\": \"viewer\"}";
    try (Socket held = half(caller, "/v1/api-keys", body)) {
      TestNode.await(
          "the call to be let in", () -> metrics(operator).contains("akidb_http_body_bytes 1.0"));
      long since = System.nanoTime();
      change.run();
      TestNode.await("the body to be late", () -> System.nanoTime() - since > LATE.toNanos());
      return finish(held, body);
    }
  }

  @Test
  void bodyHeldBack_doesNotCarryACallPastTheEndOfItsRight(@TempDir Path folder) throws IOException {
    try (TestNode operator = TestNode.start(folder)) {
      Reply made = operator.post("/tenants", "{\"name\": \"acme\"}").expect(201);
      TestNode admin = operator.as(made.json().path("api_key").asText());
      JsonNode user =
          admin.post("/users", "{\"email\": \"a@b.c\", \"role\": \"admin\"}").expect(201).json();
      String grants = "/users/" + user.path("user_id").asText() + "/roles";
      String tenant = "/tenants/" + made.json().path("tenant_id").asText();
      TestNode thief =
          operator.as(
              admin
                  .post("/api-keys", "{\"name\": \"k\", \"role\": \"admin\"}")
                  .expect(201)
                  .json()
                  .path("api_key")
                  .asText());
      String key = thief.key().split("_", -1)[1];
      int keys = admin.get("/api-keys").json().path("items").size();

      assertThat(answered(operator, thief, () -> admin.delete("/api-keys/" + key).expect(204)))
          .contains(" 401 ");
      assertThat(
              answered(
                  operator,
                  operator.as(user.path("api_key").asText()),
                  () -> admin.delete(grants + "/admin").expect(200)))
          .contains(" 403 ");
      assertThat(
              answered(operator, admin, () -> operator.post(tenant + "/suspend", "{}").expect(200)))
          .contains(" 403 ");
      operator.post(tenant + "/resume", "{}").expect(200);
      assertThat(admin.get("/api-keys").json().path("items")).hasSizeLessThanOrEqualTo(keys);

      String counted =
          "akidb_tenant_api_requests_total{tenant=\"" + tenant.split("/", -1)[2] + "\"} ";
      double before = value(operator, counted);
      assertThat(answered(operator, admin, () -> {})).contains(" 201 ");
      assertThat(value(operator, counted) - before).as("counted once").isEqualTo(1);
    }
  }

  private static double value(TestNode operator, String metric) {
    return metrics(operator)
        .lines()
        .filter(line -> line.startsWith(metric))
        .mapToDouble(line -> Double.parseDouble(line.substring(metric.length())))
        .sum();
  }
}
