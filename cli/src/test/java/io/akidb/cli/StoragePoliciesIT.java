package io.akidb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node, a Flink job and a Spark job, each with the credentials that {@code akidb sync-policies}
 * made for it and no others, on a real MinIO.
 */
class StoragePoliciesIT {
  @TempDir Path folder;
  private Map<String, String> administrator = Map.of();

  private static ObjectNode collection() {
    return Json.object().put("name", "products").put("vector_dim", 4).put("distance", "l2");
  }

  private void prepare() throws IOException {
    String endpoint = System.getenv("AKIDB_TEST_MINIO");
    assumeTrue(
        endpoint != null,
        "skipped: policies on a real MinIO. './akidb test' starts one, or set AKIDB_TEST_MINIO,"
            + " AKIDB_TEST_MINIO_ACCESS_KEY and AKIDB_TEST_MINIO_SECRET_KEY");
    Map<String, String> all = new HashMap<>(TestHome.in(folder));
    all.put("AKIDB_BUCKET", "s3://akidb-e2e-" + UUID.randomUUID().toString().substring(0, 8));
    all.put("AKIDB_ENDPOINT", endpoint);
    all.put("AKIDB_ACCESS_KEY", System.getenv("AKIDB_TEST_MINIO_ACCESS_KEY"));
    all.put("AKIDB_SECRET_KEY", System.getenv("AKIDB_TEST_MINIO_SECRET_KEY"));
    administrator = Map.copyOf(all);
  }

  private Path credentials() {
    return folder.resolve("credentials");
  }

  /** The environment of somebody who has an identity's file and nothing else. */
  private Map<String, String> as(String identity) throws IOException {
    Map<String, String> all = new HashMap<>(administrator);
    all.remove("AKIDB_ACCESS_KEY");
    all.remove("AKIDB_SECRET_KEY");
    for (String line : Files.readAllLines(credentials().resolve(identity + ".env"))) {
      int equals = line.indexOf('=');
      if (!line.startsWith("#")) {
        all.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return all;
  }

  private void sync() {
    CliRun run =
        CliRun.of(administrator, "sync-policies", "--credentials", credentials().toString());
    assertThat(run.code()).as("%s", run).isZero();
  }

  private Path rows() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 120; i++) {
      text.append(
          "{\"id\": \"r%d\", \"vector\": [%d, 1, 2, 3], \"payload\": {}}%n".formatted(i, i));
    }
    return Files.writeString(folder.resolve("rows.jsonl"), text);
  }

  private JsonNode newTenant(NodeProcess node, String name) {
    ObjectNode tenant = Json.object().put("name", name);
    tenant.set("quotas", Json.object().put("max_vectors_per_collection", 110));
    ((ObjectNode) tenant.get("quotas")).put("max_storage_bytes", 1 << 30);
    try (RestClient operator = node.client(NodeProcess.OPERATOR_KEY)) {
      return operator.call("POST", "tenants", tenant);
    }
  }

  @Test
  void jobs_withTheirTenantsCredentials_doTheirWorkAndNothingOfAnotherTenants() throws Exception {
    prepare();
    sync();
    Path nodeFolder = Files.createDirectories(folder.resolve("node"));
    try (NodeProcess node =
        NodeProcess.start(as("node"), nodeFolder, administrator.get("AKIDB_BUCKET"))) {
      JsonNode mine = newTenant(node, "mine");
      JsonNode other = newTenant(node, "other");
      String me = mine.path("tenant_id").asText();
      String them = other.path("tenant_id").asText();
      for (JsonNode tenant : List.of(mine, other)) {
        try (RestClient client = node.client(tenant.path("api_key").asText())) {
          client.call("POST", "collections", collection());
        }
      }
      sync();
      String rows = rows().toString();

      CliRun ingested =
          CliRun.of(as(me + "/ingest"), "ingest", "--tenant", me, "--collection", "products", rows);
      ok(ingested);
      assertThat(ingested.out())
          .as("the job may read the quotas, and holds to them")
          .contains("110 rows committed, 10 dead letters (10 that the tenant's quotas had no room");
      ok(CliRun.of(as(me + "/build"), "build", "--tenant", me, "--collection", "products"));

      refused(
          CliRun.of(
              as(me + "/ingest"), "ingest", "--tenant", them, "--collection", "products", rows));
      refused(CliRun.of(as(me + "/build"), "build", "--tenant", them, "--collection", "products"));

      try (RestClient client = node.client(mine.path("api_key").asText())) {
        ObjectNode query = Json.object().put("k", 1);
        query.set("vector", Json.tree(List.of(7, 1, 2, 3)));
        assertThat(
                client
                    .call("POST", "collections/products/search", query)
                    .path("results")
                    .path(0)
                    .path("id")
                    .asText())
            .isEqualTo("r7");
        assertThat(client.call("GET", "collections/products/index", null).path("state").asText())
            .isEqualTo("ready");
      }
      try (RestClient client = node.client(other.path("api_key").asText())) {
        assertThat(client.call("GET", "collections/products/vectors", null).path("items"))
            .isEmpty();
      }
    }
    allIsOnRecord();
  }

  private void allIsOnRecord() throws IOException {
    Path checkpoint = folder.resolve("audit-heads.jsonl");
    CliRun verified =
        CliRun.of(administrator, "audit", "verify", "--checkpoint", checkpoint.toString());
    ok(verified);
    assertThat(verified.out()).contains("sound", "3 chains", "no --root-key was given");
    assertThat(Files.readAllLines(checkpoint)).hasSize(3);
    CliRun events = CliRun.of(administrator, "audit", "export", "--action", "policies.");
    ok(events);
    // The nodes' identity at first; three of each of three tenants later; what was attempted of
    // each
    // and how it ended; two summaries.
    assertThat(events.out().lines()).hasSize(2 * (3 + 3 * 3 * 3) + 2);
    CliRun created =
        CliRun.of(
            administrator,
            "audit",
            "export",
            "--action",
            "tenants.create",
            "--outcome",
            "succeeded");
    assertThat(created.out().lines()).hasSize(2);
  }

  private static void ok(CliRun run) {
    assertThat(run.code()).as("%s", run).isZero();
  }

  private static void refused(CliRun run) {
    assertThat(run.code()).as("%s", run).isNotZero();
    assertThat(run.err()).contains("the credentials may not do this").contains("AccessDenied");
  }
}
