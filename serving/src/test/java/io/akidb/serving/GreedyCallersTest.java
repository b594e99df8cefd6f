package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.serving.TestNode.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers who would keep the whole node busy. */
class GreedyCallersTest {
  private static final int IN_FLIGHT_MAX = 4;
  private static final int OF_A_TENANT = 3;

  private final HookedStore store = new HookedStore(new InMemoryStore(Clock.systemUTC()));
  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger held = new AtomicInteger();

  private void hold() {
    held.incrementAndGet();
    try {
      assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static JsonNode tenant(TestNode operator) {
    return operator.post("/tenants", "{\"name\": \"acme\"}").expect(201).json();
  }

  private static TestNode client(TestNode operator, JsonNode tenant) {
    return operator.as(tenant.get("api_key").asText());
  }

  @Test
  void callsOfOneTenant_beyondItsShareOfThePlaces_areRefusedAndOthersAreNot(@TempDir Path folder)
      throws Exception {
    try (TestNode operator =
            TestNode.start(
                folder,
                store,
                folder.resolve("cache"),
                "--requests-in-flight-max",
                Integer.toString(IN_FLIGHT_MAX));
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        JsonNode made = tenant(operator);
        String id = made.get("tenant_id").asText();
        TestNode greedy = client(operator, made);
        TestNode other = client(operator, tenant(operator));
        store.before(
            (method, key) -> {
              if (key.contains(id + "/collections")) {
                hold();
              }
            });
        List<Future<Reply>> slow = new ArrayList<>();
        for (int i = 0; i < OF_A_TENANT; i++) {
          slow.add(clients.submit(() -> greedy.get("/collections")));
        }
        TestNode.await("the tenant's calls to be held", () -> held.get() == OF_A_TENANT);

        Reply refused = greedy.get("/users").expect(503);
        assertThat(refused.code()).isEqualTo("overloaded");
        assertThat(refused.header("Retry-After")).isNotEmpty();
        assertThat(refused.json().get("detail").asText()).contains("of this tenant");
        other.get("/collections").expect(200);
        operator.send("GET", "/users", null, "X-Tenant-ID", id).expect(200);

        release.countDown();
        for (Future<Reply> call : slow) {
          call.get().expect(200);
        }
        greedy.get("/users").expect(200);
      } finally {
        release.countDown();
      }
    }
  }

  private static Socket connect(TestNode node, int timeoutMs) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.node().port());
    socket.setSoTimeout(timeoutMs);
    String request = "GET /v1/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** Whether its call is answered within its time. */
  private static boolean isAnswered(Socket socket) {
    try {
      return socket.getInputStream().read() == 'H';
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void connections_beyondTheBound_waitUntilOthersEnd(@TempDir Path folder) throws IOException {
    try (TestNode node = TestNode.start(folder, "--connections-max", "2")) {
      try (Socket first = connect(node, 20_000);
          Socket second = connect(node, 20_000)) {
        assertThat(isAnswered(first)).isTrue();
        assertThat(isAnswered(second)).isTrue();
        try (Socket third = connect(node, 300)) {
          assertThat(isAnswered(third)).isFalse();
        }
      }
      TestNode.await(
          "others to be let in",
          () -> {
            try (Socket next = connect(node, 1000)) {
              return isAnswered(next);
            } catch (IOException e) {
              return false;
            }
          });
    }
  }
}
