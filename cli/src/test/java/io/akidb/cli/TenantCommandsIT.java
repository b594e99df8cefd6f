package io.akidb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Tenants by the command line, on a real node whose list of them the first test counts. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TenantCommandsIT extends CommandsFixture {
  @Test
  @Order(1)
  void tenant_isCreatedListedShownAndDeleted() {
    CliRun created = ok(operator("tenant", "create", "acme", "--metadata", "plan=gold"));
    assertThat(created.out()).contains("(shown this once)");
    JsonNode second =
        ok(operator("tenant", "create", "bolt", "--json", "--max-collections", "3")).json();
    String tenantId = second.path("tenant_id").asText();

    assertThat(ok(operator("tenant", "list")).out()).contains("acme", tenantId + "  bolt");
    assertThat(ok(operator("tenant", "get", tenantId)).json().at("/quotas/max_collections").asInt())
        .isEqualTo(3);
    String acme = created.out().lines().findFirst().orElseThrow().replace("tenant_id", "").strip();
    assertThat(ok(operator("tenant", "get", acme, "--json")).json().at("/metadata/plan").asText())
        .isEqualTo("gold");

    CliRun page = ok(operator("tenant", "list", "--limit", "1"));
    assertThat(page.out().lines()).hasSize(1);
    String cursor = page.err().replace("more: --cursor", "").strip();
    CliRun next = ok(operator("tenant", "list", "--limit", "1", "--cursor", cursor));
    assertThat(next.out().lines()).hasSize(1);
    assertThat(next.out()).isNotEqualTo(page.out());
    assertThat(ok(operator("tenant", "list", "--json")).json().path("items").size())
        .as("with the tenant default")
        .isEqualTo(3);

    assertThat(ok(operator("tenant", "delete", acme)).out()).contains("deleted " + acme);
    assertThat(ok(operator("tenant", "get", acme)).json().path("state").asText())
        .isEqualTo("deleted");
    failed(operator("tenant", "delete", acme), "409", "can be restored until");
    assertThat(ok(operator("tenant", "list", "--state", "deleted")).out())
        .contains(acme, "acme", "(deleted, purged from ");
    assertThat(ok(operator("tenant", "restore", acme)).out()).contains("restored " + acme);
    assertThat(ok(operator("tenant", "get", acme)).json().path("state").asText())
        .isEqualTo("active");
    failed(operator("tenant", "restore", acme), "409", "not deleted");
  }

  @Test
  @Order(2)
  void tenant_isSuspendedResumedAndUpdated() {
    JsonNode created =
        ok(operator("tenant", "create", "cell", "--json", "--max-collections", "3")).json();
    String id = created.path("tenant_id").asText();
    String key = created.path("api_key").asText();

    assertThat(ok(operator("tenant", "suspend", id)).out()).contains("suspended " + id);
    failed(as(key, "collection", "list"), "403", "suspended");
    assertThat(ok(operator("tenant", "list", "--state", "suspended")).out())
        .isEqualToIgnoringNewLines(id + "  cell  (suspended)");
    assertThat(ok(operator("tenant", "resume", id)).out()).contains("resumed " + id);
    ok(as(key, "collection", "list"));

    ok(operator("tenant", "update", id, "--metadata", "plan=gold", "--metadata", "a=b"));
    JsonNode updated =
        ok(operator(
                "tenant",
                "update",
                id,
                "--json",
                "--name",
                "cello",
                "--max-collections",
                "0",
                "--api-key-rate-limit-per-second",
                "50",
                "--metadata",
                "a="))
            .json();
    assertThat(updated.path("name").asText()).isEqualTo("cello");
    assertThat(updated.at("/quotas/max_collections").isNull()).isTrue();
    assertThat(updated.at("/quotas/api_key_rate_limit_per_second").asInt()).isEqualTo(50);
    assertThat(updated.path("metadata")).isEqualTo(Json.object().put("plan", "gold"));
    failed(operator("tenant", "update", id, "--name", " "), "400", "name");
    failed(as(key, "tenant", "suspend", id), "403");
    ok(operator("tenant", "delete", id));
  }
}
