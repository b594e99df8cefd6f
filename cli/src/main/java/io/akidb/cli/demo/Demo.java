package io.akidb.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.cli.AkidbCli.Surroundings;
import io.akidb.cli.CliException;
import io.akidb.cli.Jobs;
import io.akidb.cli.Json;
import io.akidb.cli.RestClient;
import io.akidb.cli.process.Installation;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The steps of the demonstration, one after the other. For one thread. */
final class Demo implements AutoCloseable {
  private static final int QUERIES_SHOWN = 2;
  private static final int NEIGHBOURS_SHOWN = 3;

  private final DemoData data;
  private final DemoOutput output;
  private final DemoNode node;
  private final Jobs jobs;
  private final List<String> bucket;
  private final String operatorKey;

  private Demo(
      DemoData data,
      DemoOutput output,
      DemoNode node,
      Jobs jobs,
      List<String> bucket,
      String operatorKey) {
    this.data = data;
    this.output = output;
    this.node = node;
    this.jobs = jobs;
    this.bucket = bucket;
    this.operatorKey = operatorKey;
  }

  /** Starts the node. */
  static Demo start(
      Installation installation,
      List<String> bucket,
      int port,
      DemoData data,
      DemoOutput output,
      Surroundings surroundings) {
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    String operatorKey = HexFormat.of().formatHex(random);
    output.step("A node on " + bucket.get(1));
    DemoNode node =
        DemoNode.start(installation, bucket, surroundings.environment(), operatorKey, port);
    output.line("process %d answers at %s", node.pid(), node.url());
    return new Demo(
        data,
        output,
        node,
        new Jobs(installation, surroundings.err(), surroundings.environment()),
        bucket,
        operatorKey);
  }

  void run() {
    DemoTenant nouns;
    DemoTenant verbs;
    try (RestClient operator = new RestClient(node.url(), operatorKey, null)) {
      output.step("Two tenants, each with a collection of its own");
      nouns = DemoTenant.create(node.url(), operator, "nouns", List.of("noun"), data);
      verbs =
          DemoTenant.create(
              node.url(), operator, "verbs", List.of("verb", "adjective", "adverb"), data);
    }
    List<DemoTenant> tenants = List.of(nouns, verbs);
    tenants.forEach(
        tenant ->
            output.line(
                "%s: tenant %s, %,d vectors of %d numbers to come",
                tenant.collection(), tenant.tenantId(), tenant.rows().size(), data.dimension()));
    ingest(tenants);
    build(tenants);
    neighbours(tenants);
    filtered(nouns);
    quality(tenants);
    new DemoGuarantees(data, output, node).show(nouns, verbs);
    next(nouns);
  }

  private void ingest(List<DemoTenant> tenants) {
    output.step("Streamed in by the Flink job");
    long rows = 0;
    double seconds = 0;
    for (DemoTenant tenant : tenants) {
      List<String> arguments = new ArrayList<>(bucket);
      arguments.addAll(
          List.of(
              "--tenant",
              tenant.tenantId(),
              "--collection",
              tenant.collection(),
              "--file",
              data.vectors().toString(),
              "--limit",
              Integer.toString(data.rows().size())));
      for (String part : tenant.partsOfSpeech()) {
        arguments.addAll(List.of("--where", "part_of_speech=" + part));
      }
      JsonNode done = end(jobs.ingest("1g", arguments), "the ingest");
      long committed = done.path("rows_committed").asLong();
      check(
          committed == tenant.rows().size(),
          "the ingest committed " + committed + " rows of " + tenant.rows().size());
      rows += committed;
      seconds += done.path("seconds").asDouble();
      output.line(
          "%s: %,d vectors committed in %.1f s",
          tenant.collection(), committed, done.path("seconds").asDouble());
    }
    output.figure("ingest_rows", rows);
    output.figure("ingest_s", seconds);
    output.figure("ingest_rows_per_s", rows / seconds);
  }

  private void build(List<DemoTenant> tenants) {
    output.step("Built by the Spark job: partitioned Vamana graphs and PQ codes");
    double seconds = 0;
    long start = System.nanoTime();
    for (DemoTenant tenant : tenants) {
      List<String> arguments = new ArrayList<>(bucket);
      arguments.addAll(List.of("--tenant", tenant.tenantId(), "--collection", tenant.collection()));
      JsonNode summary = end(jobs.build("3g", arguments), "the build");
      check(
          summary.path("rows").asInt() == tenant.rows().size(),
          "the build counted " + summary.path("rows") + " rows of " + tenant.rows().size());
      seconds += summary.path("build_s").asDouble();
      output.line(
          "%s: %,d vectors in %d %s, %.1f MB, in %.1f s",
          tenant.collection(),
          summary.path("rows").asLong(),
          summary.path("shards").asInt(),
          summary.path("shards").asInt() == 1 ? "shard" : "shards",
          summary.path("bytes").asLong() / 1e6,
          summary.path("build_s").asDouble());
      awaitServed(tenant);
    }
    output.figure("build_s", seconds);
    output.figure("build_with_spark_start_s", (System.nanoTime() - start) / 1e9);
  }

  /** The node follows the manifest: it has the index within moments of its commit. */
  private void awaitServed(DemoTenant tenant) {
    try (RestClient client = tenant.client(node.url())) {
      Waiting.until(
          "the node to serve the index of " + tenant.collection(),
          () -> {
            JsonNode state =
                client.call("GET", "collections/" + tenant.collection() + "/index", null);
            return state.path("indexed").asInt() == tenant.rows().size()
                && state.path("fresh").asInt() == 0;
          });
    }
  }

  private void neighbours(List<DemoTenant> tenants) {
    output.step("Asked with example sentences, which stand in no row");
    for (DemoTenant tenant : tenants) {
      try (RestClient client = tenant.client(node.url())) {
        for (int query : shown(tenant)) {
          output.line("");
          output.line(
              "\"%s\"  in %s",
              data.queryRows().get(query).path("text").asText("query " + query),
              tenant.collection());
          client
              .call(
                  "POST",
                  tenant.searchPath(),
                  DemoTenant.search(data.queries().get(query), NEIGHBOURS_SHOWN, null, true))
              .path("results")
              .forEach(output::neighbour);
        }
      }
    }
  }

  /** The first queries whose own sense is a row of the tenant's; without senses, the first. */
  private List<Integer> shown(DemoTenant tenant) {
    List<String> ids =
        tenant.rows().stream().map(row -> data.rows().get(row).path("id").asText()).toList();
    java.util.Set<String> known = new java.util.HashSet<>(ids);
    List<Integer> shown = new ArrayList<>();
    for (int q = 0; q < data.queryRows().size() && shown.size() < QUERIES_SHOWN; q++) {
      JsonNode sense = data.queryRows().get(q).path("sense");
      if (sense.isMissingNode() || known.contains(sense.asText())) {
        shown.add(q);
      }
    }
    return shown;
  }

  private void filtered(DemoTenant tenant) {
    output.step("The same with a filter");
    int query = shown(tenant).getFirst();
    String category = categoryOfNearest(tenant, query);
    ObjectNode filter = Json.object().put("category", category);
    filter.set("frequency", Json.object().put("$gte", 10));
    output.line(
        "\"%s\"  in %s, %s",
        data.queryRows().get(query).path("text").asText("query " + query),
        tenant.collection(),
        Json.line(filter));
    try (RestClient client = tenant.client(node.url())) {
      JsonNode results =
          client
              .call(
                  "POST",
                  tenant.searchPath(),
                  DemoTenant.search(data.queries().get(query), NEIGHBOURS_SHOWN, filter, true))
              .path("results");
      for (JsonNode result : results) {
        check(
            result.path("payload").path("category").asText().equals(category),
            "a filtered search answered " + result.path("id"));
        output.neighbour(result);
      }
      output.figure("filtered_results", results.size());
    }
  }

  private String categoryOfNearest(DemoTenant tenant, int query) {
    try (RestClient client = tenant.client(node.url())) {
      return client
          .call(
              "POST",
              tenant.searchPath(),
              DemoTenant.search(data.queries().get(query), 1, null, true))
          .path("results")
          .path(0)
          .path("payload")
          .path("category")
          .asText();
    }
  }

  private void quality(List<DemoTenant> tenants) {
    output.step("Compared with exact search");
    double recall = 0;
    SearchQuality.Result last = null;
    for (DemoTenant tenant : tenants) {
      SearchQuality.Result result = new SearchQuality(data, tenant, node.url()).measure();
      output.line(
          "%s: recall@10 %.4f over %,d queries; one client: p50 %.2f ms, p99 %.2f ms; four clients:"
              + " %,.0f searches a second",
          tenant.collection(),
          result.recall(),
          result.queries(),
          result.alone().p50Ms(),
          result.alone().p99Ms(),
          result.together().perSecond());
      recall += result.recall() * tenant.rows().size();
      last = last == null ? result : last;
    }
    if (last != null) {
      int rows = tenants.stream().mapToInt(tenant -> tenant.rows().size()).sum();
      output.figure("recall_at_10", recall / rows);
      output.figure("search_p50_ms", last.alone().p50Ms());
      output.figure("search_p99_ms", last.alone().p99Ms());
      output.figure("search_qps", last.together().perSecond());
    }
    output.line("(client, node and comparison share this machine)");
  }

  private void next(DemoTenant tenant) {
    output.step("The next call is yours");
    String id = data.rows().get(tenant.rows().getFirst()).path("id").asText();
    String curl =
        "curl -s "
            + node.url()
            + "v1/"
            + tenant.searchPath()
            + " -H 'Authorization: Bearer "
            + tenant.apiKey()
            + "' -H 'Content-Type: application/json' -d '{\"id\": \""
            + id
            + "\", \"k\": 5, \"include\": [\"payload\"]}'";
    output.line("%s", curl);
    output.figure("next_curl", curl);
  }

  void sayHowToServe() {
    output.line("");
    output.line("The node ends now. To have it answer again:");
    output.line("./akidb serve %s --port %d", String.join(" ", bucket), node.url().getPort());
  }

  void serveOn() {
    output.line("");
    output.line("The node serves on until you press Ctrl-C.");
    node.awaitEnd();
  }

  private static JsonNode end(Jobs.Ended ended, String what) {
    if (ended.code() != 0 || ended.lines().isEmpty()) {
      throw CliException.failed(ended.failure(what), null);
    }
    return ended.lines().getLast();
  }

  static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw CliException.failed("this is wrong: " + otherwise, null);
    }
  }

  @Override
  public void close() {
    node.close();
  }
}
