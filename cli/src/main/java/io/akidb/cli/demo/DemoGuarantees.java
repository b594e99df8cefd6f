package io.akidb.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.cli.RestClient;
import io.akidb.cli.RestClient.Answer;

/**
 * What holds whatever happens: a write is searchable at once, tenants are apart, nothing is lost.
 */
final class DemoGuarantees {
  private static final String NEW_ID = "written-just-now";

  private final DemoData data;
  private final DemoOutput output;
  private final DemoNode node;

  DemoGuarantees(DemoData data, DemoOutput output, DemoNode node) {
    this.data = data;
    this.output = output;
    this.node = node;
  }

  void show(DemoTenant tenant, DemoTenant other) {
    write(tenant);
    apart(tenant, other);
    kill(tenant);
  }

  private void write(DemoTenant tenant) {
    output.step("A write is searchable at once");
    float[] vector = data.queries().getFirst();
    try (RestClient client = tenant.client(node.url())) {
      long start = System.nanoTime();
      JsonNode written =
          client.call(
              "POST",
              "collections/" + tenant.collection() + "/vectors",
              DemoWrite.body(NEW_ID, vector, "written by the demo"));
      double writeMs = (System.nanoTime() - start) / 1e6;
      ObjectNode search = DemoTenant.search(vector, 1, null, true);
      search.put("at_least", written.path("commit_token").asText());
      JsonNode found = client.call("POST", tenant.searchPath(), search).path("results").path(0);
      double foundMs = (System.nanoTime() - start) / 1e6;
      Demo.check(
          found.path("id").asText().equals(NEW_ID), "a search after the write answered " + found);
      output.line(
          "durable in the bucket after %.0f ms, found by a search after %.0f ms", writeMs, foundMs);
      output.neighbour(found);
      output.figure("write_ms", writeMs);
      output.figure("write_to_found_ms", foundMs);
    }
  }

  private void apart(DemoTenant tenant, DemoTenant other) {
    output.step("One tenant's key on the other's collection");
    String theirs = "collections/" + tenant.collection();
    try (RestClient client = other.client(node.url())) {
      Answer foreign = client.send("GET", theirs, null);
      Answer missing = client.send("GET", "collections/nowhere", null);
      String said = foreign.json().path("detail").asText();
      Demo.check(
          foreign.status() == missing.status()
              && foreign.json().path("code").equals(missing.json().path("code"))
              && said.replace(tenant.collection(), "nowhere")
                  .equals(missing.json().path("detail").asText()),
          "another tenant's collection does not answer as a missing one: " + foreign.body());
      output.line("%d: %s", foreign.status(), said);
      output.line("word for word what a collection answers that is not there");
      output.figure("cross_tenant_status", foreign.status());
    }
  }

  private void kill(DemoTenant tenant) {
    output.step("kill -9 of the node, while it takes writes");
    KillDuringWrites.Outcome outcome =
        new KillDuringWrites(node, tenant, data.queries().getLast()).run();
    output.line(
        "%d writes were acknowledged before it died; back after %.1f s; %d of them are missing",
        outcome.acknowledged(), outcome.restartMs() / 1000, outcome.missing());
    Demo.check(outcome.missing() == 0, "acknowledged writes are missing");
    output.figure("kill_acknowledged_writes", outcome.acknowledged());
    output.figure("kill_lost_writes", outcome.missing());
    output.figure("kill_restart_s", outcome.restartMs() / 1000);
    try (RestClient client = tenant.client(node.url())) {
      JsonNode found =
          client
              .call(
                  "POST",
                  tenant.searchPath(),
                  DemoTenant.search(data.queries().getFirst(), 1, null, true))
              .path("results")
              .path(0);
      Demo.check(
          found.path("id").asText().equals(NEW_ID), "after the restart a search answers " + found);
      output.line("and the search from before answers as before");
    }
  }
}
