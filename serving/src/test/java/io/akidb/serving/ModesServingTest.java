package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.serving.TestNode.Reply;
import io.akidb.tenancy.TenantId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An installation that has not opted into several tenants, or into others' keys. */
class ModesServingTest {
  private static final String ROW = "{\"vectors\":[{\"id\":\"x\",\"vector\":[1,2]}]}";

  @TempDir Path folder;

  private TestNode singleTenant() {
    return TestNode.start(folder, "--multi-tenancy", "false", "--rbac-enabled", "false");
  }

  private static void notEnabled(Reply reply, String setting) {
    assertThat(reply.expect(403).code()).isEqualTo("not_enabled");
    assertThat(reply.json().get("detail").asText()).contains(setting + "=true");
  }

  private static void fill(TestNode client) {
    client.post("/collections", "{\"name\": \"c\", \"vector_dim\": 2}").expect(201);
    client.post("/collections/c/vectors", ROW).expect(200);
  }

  @Test
  void withoutMultiTenancy_everythingLivesUnderTheTenantDefault() {
    try (TestNode node = singleTenant()) {
      fill(node);
      node.post("/collections/c/search", "{\"vector\": [1, 2]}").expect(200);
      node.send("GET", "/collections/c", null, "X-Tenant-ID", "default").expect(200);
      assertThat(node.store().list("akidb/tenants/default/collections/c/", null, 10).objects())
          .isNotEmpty();
      String other = TenantId.random().value();
      for (Reply refused :
          List.of(
              node.post("/tenants", "{\"name\": \"acme\"}"),
              node.get("/tenants"),
              node.get("/tenants/default"),
              node.put("/tenants/default", "{\"name\": \"b\"}"),
              node.delete("/tenants/default"),
              node.post("/tenants/default/suspend", ""),
              node.send("GET", "/collections", null, "X-Tenant-ID", other))) {
        notEnabled(refused, "AKIDB_MULTI_TENANCY");
      }
      node.as("").get("/tenants").expect(401);
    }
    try (TestNode node = TestNode.start(folder)) {
      node.get("/collections/c/vectors/x").expect(200);
    }
  }

  @Test
  void withoutMultiTenancy_keyOfAnotherTenant_isRefused() {
    JsonNode tenant;
    try (TestNode node = TestNode.start(folder)) {
      tenant = node.post("/tenants", "{\"name\": \"acme\"}").expect(201).json();
    }
    try (TestNode node = TestNode.start(folder, "--multi-tenancy", "false")) {
      notEnabled(
          node.as(tenant.get("api_key").asText()).get("/collections"), "AKIDB_MULTI_TENANCY");
    }
    String id = tenant.get("tenant_id").asText();
    try (TestNode node =
        TestNode.start(folder, "--multi-tenancy", "false", "--default-tenant", id)) {
      fill(node.as(tenant.get("api_key").asText()));
      node.get("/collections/c/vectors/x").expect(200);
      notEnabled(
          node.send("GET", "/collections", null, "X-Tenant-ID", "default"), "AKIDB_MULTI_TENANCY");
    }
  }

  @Test
  void withoutRbac_theAdminKeyGuardsAll() {
    try (TestNode node = TestNode.start(folder, "--rbac-enabled", "false")) {
      JsonNode tenant = node.post("/tenants", "{\"name\": \"acme\"}").expect(201).json();
      String id = tenant.get("tenant_id").asText();
      notEnabled(node.as(tenant.get("api_key").asText()).get("/collections"), "AKIDB_RBAC_ENABLED");
      node.send("GET", "/collections", null, "X-Tenant-ID", id).expect(200);
      for (Reply refused :
          List.of(
              node.get("/users"),
              node.get("/roles"),
              node.get("/api-keys"),
              node.post("/users", "{}"),
              node.post("/authz/explain", "{}"))) {
        notEnabled(refused, "AKIDB_RBAC_ENABLED");
      }
      node.as("wrong").get("/collections").expect(401);
      node.as("").get("/collections").expect(401);
    }
  }

  @Test
  void metrics_areReadByTheirKeyOrByAnybodyIfTheSettingsSaySo() {
    String key = "of-those-who-scrape";
    try (TestNode node = TestNode.start(folder, Map.of("AKIDB_METRICS_KEY", key))) {
      node.as("").get("/metrics").expect(401);
      node.as("of-those-who-scrap").get("/metrics").expect(401);
      node.as(key).get("/metrics").expect(200);
      node.as(key).get("/v1/metrics").expect(200);
      node.as(key).get("/collections").expect(401);
      node.get("/metrics").expect(200);
      JsonNode tenant = node.post("/tenants", "{\"name\": \"acme\"}").expect(201).json();
      node.as(tenant.get("api_key").asText()).get("/metrics").expect(403);
    }
    try (TestNode node = TestNode.start(folder, "--metrics-open", "true")) {
      node.as("").get("/metrics").expect(200);
      node.as("").get("/tenants").expect(401);
    }
    assertThatThrownBy(() -> TestNode.start(folder, Map.of("AKIDB_METRICS_KEY", "short")))
        .hasMessageContaining("AKIDB_METRICS_KEY");
  }

  @Test
  void defaultTenant_ofOnesOwn_isWhereAnOperatorsCallsGo() {
    String id = TenantId.random().value();
    try (TestNode node = TestNode.start(folder, "--default-tenant", id)) {
      fill(node);
      node.send("GET", "/collections/c", null, "X-Tenant-ID", id).expect(200);
      node.send("GET", "/collections/c", null, "X-Tenant-ID", "default").expect(404);
      assertThat(node.delete("/tenants/" + id).expect(409).json().get("detail").asText())
          .contains("default");
      assertThat(node.get("/health/ready").expect(200).status()).isEqualTo(200);
    }
  }
}
