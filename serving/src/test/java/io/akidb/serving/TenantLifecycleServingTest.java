package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.StoreUnavailableException;
import io.akidb.serving.TestNode.Reply;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantNamespace;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of a tenant by REST: suspended, resumed, deleted, restored, purged. */
class TenantLifecycleServingTest {
  private static final String ROW = "{\"vectors\":[{\"id\":\"x\",\"vector\":[1,2]}]}";

  @TempDir Path folder;

  private record Owner(String id, TestNode client) {
    static Owner create(TestNode node) {
      JsonNode tenant = node.post("/tenants", "{\"name\": \"acme\"}").expect(201).json();
      Owner owner =
          new Owner(tenant.get("tenant_id").asText(), node.as(tenant.get("api_key").asText()));
      owner.client.post("/collections", "{\"name\": \"c\", \"vector_dim\": 2}").expect(201);
      owner.client.post("/collections/c/vectors", ROW).expect(200);
      return owner;
    }

    String path() {
      return "/tenants/" + id;
    }
  }

  @Test
  void suspended_untilResumed_isRefusedOnEveryKindOfCall() {
    try (TestNode node = TestNode.start(folder)) {
      Owner owner = Owner.create(node);
      Reply suspended = node.post(owner.path() + "/suspend", "").expect(200);
      assertThat(suspended.json().get("state").asText()).isEqualTo("suspended");
      assertThat(Instant.parse(suspended.json().get("suspended_at").asText())).isNotNull();

      for (Reply refused :
          List.of(
              owner.client.get("/collections"),
              owner.client.post("/collections/c/vectors", ROW),
              owner.client.post("/collections/c/search", "{\"vector\":[1,2]}"),
              owner.client.delete("/collections/c"),
              node.send("GET", "/collections", null, "X-Tenant-ID", owner.id))) {
        assertThat(refused.expect(403).code()).isEqualTo("tenant_suspended");
      }
      assertThat(node.get("/tenants?state=suspended").json().get("items")).hasSize(1);
      assertThat(node.get("/tenants").json().get("items")).hasSize(2);

      node.post(owner.path() + "/resume", "").expect(200);
      owner.client.get("/collections/c/vectors/x").expect(200);
      assertThat(node.get(owner.path()).json().has("suspended_at")).isFalse();
    }
  }

  @Test
  void suspended_withAKeyThatWasStolen_isCleanedUpByAnOperatorBeforeItIsResumed() {
    try (TestNode node = TestNode.start(folder)) {
      Owner owner = Owner.create(node);
      JsonNode stolen = owner.client.post("/api-keys", "{\"role\": \"admin\"}").expect(201).json();
      String path = "/api-keys/" + stolen.get("api_key_id").asText();
      TestNode thief = node.as(stolen.get("api_key").asText());
      node.post(owner.path() + "/suspend", "").expect(200);

      thief.delete(path).expect(403);
      assertThat(operate(node, owner, "GET", "/api-keys").json().get("items")).hasSize(2);
      assertThat(operate(node, owner, "GET", "/audit").json().get("items")).isNotEmpty();
      operate(node, owner, "GET", "/users");
      operate(node, owner, "DELETE", path);
      node.post(owner.path() + "/resume", "").expect(200);

      thief.get("/collections").expect(401);
      owner.client.get("/collections").expect(200);
    }
  }

  private static Reply operate(TestNode node, Owner owner, String method, String path) {
    Reply reply = node.send(method, path, null, "X-Tenant-ID", owner.id);
    return reply.expect(method.equals("GET") ? 200 : 204);
  }

  @Test
  void deleted_thenRestored_worksWithItsOldKeyAndData() {
    try (TestNode node = TestNode.start(folder)) {
      Owner owner = Owner.create(node);
      String etag = node.get(owner.path()).header("ETag");
      node.post(owner.path() + "/suspend", "").expect(200);
      assertThat(node.send("DELETE", owner.path(), null, "If-Match", etag).expect(412).code())
          .isEqualTo("precondition_failed");
      node.post(owner.path() + "/resume", "").expect(200);
      node.delete(owner.path()).expect(204);

      owner.client.get("/collections").expect(401);
      node.send("GET", "/collections", null, "X-Tenant-ID", owner.id).expect(404);
      assertThat(node.get("/tenants").json().get("items")).hasSize(1);
      JsonNode deleted = node.get("/tenants?state=deleted").json().at("/items/0");
      Instant purgeAt = Instant.parse(deleted.get("purge_at").asText());
      assertThat(purgeAt).isAfter(Instant.parse(deleted.get("deleted_at").asText()));
      for (Reply refused :
          List.of(
              node.delete(owner.path()),
              node.put(owner.path(), "{\"name\": \"b\"}"),
              node.post(owner.path() + "/suspend", ""),
              node.post(owner.path() + "/resume", ""))) {
        assertThat(refused.expect(409).code()).isEqualTo("conflict");
        assertThat(refused.json().get("detail").asText()).contains("restored until " + purgeAt);
      }

      assertThat(node.post(owner.path() + "/restore", "").expect(200).json().get("state").asText())
          .isEqualTo("active");
      owner.client.get("/collections/c/vectors/x").expect(200);
      node.post(owner.path() + "/restore", "").expect(409);
      node.post("/tenants/" + TenantId.random() + "/restore", "").expect(404);
      node.get("/tenants?state=creating").expect(400);
    }
  }

  @Test
  void purgeDatePassed_nothingOfTheTenantIsLeft() {
    try (TestNode node =
        TestNode.start(folder, "--tenant-retention-hours", "0", "--tenant-sweep-secs", "1")) {
      Owner owner = Owner.create(node);
      Owner other = Owner.create(node);
      TenantNamespace namespace = new TenantNamespace(new TenantId(owner.id));
      assertThat(node.store().list(namespace.prefix(), null, 100).objects()).hasSizeGreaterThan(2);
      int keys = node.store().list("akidb/system/api-keys/", null, 100).objects().size();

      node.delete(owner.path()).expect(204);

      TestNode.await(
          "all but the descriptor is purged",
          () -> node.store().list(namespace.prefix(), null, 100).objects().size() == 1);
      assertThat(node.store().list("akidb/system/api-keys/", null, 100).objects())
          .hasSize(keys - 1);
      assertThat(node.get(owner.path()).json().get("state").asText()).isEqualTo("purging");
      assertThat(node.post(owner.path() + "/restore", "").expect(409).json().get("detail").asText())
          .contains("being purged");
      owner.client.get("/collections").expect(401);
      other.client.get("/collections/c/vectors/x").expect(200);
    }
  }

  @Test
  void change_onOneNode_holdsOnAnotherWithinASecond() {
    ObjectStore store = new InMemoryStore(Clock.systemUTC());
    try (TestNode one = TestNode.start(folder, store, folder.resolve("cache-1"));
        TestNode two = TestNode.start(folder, store, folder.resolve("cache-2"))) {
      Owner owner = Owner.create(one);
      String key = owner.client.key();
      two.as(key).get("/collections").expect(200);
      one.post(owner.path() + "/suspend", "").expect(200);
      long end = System.nanoTime() + 1_000_000_000L;
      TestNode.await("time passes", () -> System.nanoTime() > end);
      two.as(key).get("/collections").expect(403);
    }
  }

  @Test
  void creation_whoseStoreFailsAtAnyWrite_showsNoTenant() {
    HookedStore store = new HookedStore(new InMemoryStore(Clock.systemUTC()));
    try (TestNode node = TestNode.start(folder, store, folder.resolve("cache"))) {
      List<Integer> statuses = new ArrayList<>();
      for (int dying = 1; dying <= 5; dying++) {
        AtomicInteger left = new AtomicInteger(dying);
        store.before(
            (method, key) -> {
              if (Set.of("put", "putIfAbsent", "compareAndSwap").contains(method)
                  && !key.contains("/audit/")
                  && left.decrementAndGet() == 0) {
                throw new StoreUnavailableException("of the test", null);
              }
            });
        statuses.add(node.post("/tenants", "{\"name\": \"acme\"}").status());
        store.before((method, key) -> {});
      }
      assertThat(statuses).containsExactly(503, 503, 503, 503, 201);
      assertThat(node.get("/tenants").json().get("items")).as("and 'default'").hasSize(2);
    }
  }
}
