package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.serving.TestNode.Reply;
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

/** A tenant whose calls would keep the whole node busy. */
class GreedyTenantTest {
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
