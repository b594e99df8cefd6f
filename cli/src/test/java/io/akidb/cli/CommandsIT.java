package io.akidb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Every command on a real node, Flink job and Spark job. The steps build on each other, because
 * starting the engines is what takes the time.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CommandsIT extends CommandsFixture {
  private static final long SEED = 5;
  private static final int DIMENSION = 8;
  private static final int LINES = 200;
  private static final int ROWS = 100;
  private static final String COLLECTION = "products";

  private final Random random = new Random(SEED);
  private final Map<String, float[]> vectors = new HashMap<>();
  private String tenantId = "";
  private String apiKey = "";

  @BeforeAll
  void createATenant() {
    JsonNode tenant = ok(operator("tenant", "create", "bolt", "--json")).json();
    tenantId = tenant.path("tenant_id").asText();
    apiKey = tenant.path("api_key").asText();
  }

  private CliRun tenant(String... arguments) {
    return as(apiKey, arguments);
  }

  private float[] vector() {
    float[] vector = new float[DIMENSION];
    for (int d = 0; d < DIMENSION; d++) {
      vector[d] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static ObjectNode payload(int i) {
    return Json.object().put("category", i % 2 == 0 ? "even" : "odd").put("number", i);
  }

  private Path writeLines() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      vectors.put("line-" + i, vector());
      ObjectNode line = Json.object().put("id", "line-" + i);
      line.set("vector", Json.tree(vectors.get("line-" + i)));
      line.set("payload", payload(i));
      text.append(Json.line(line)).append('\n');
    }
    return Files.writeString(folder.resolve("lines.jsonl"), text);
  }

  private Path writeVectors() throws IOException {
    StringBuilder text = new StringBuilder();
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }\n"
            .formatted(ROWS, DIMENSION);
    byte[] bytes = new byte[10 + header.length() + ROWS * DIMENSION * 4];
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1);
    file.put((byte) 0).putShort((short) header.length());
    file.put(header.getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < ROWS; i++) {
      vectors.put("row-" + i, vector());
      for (float value : vectors.get("row-" + i)) {
        file.putFloat(value);
      }
      text.append(Json.line(payload(i).put("id", "row-" + i))).append('\n');
    }
    Files.writeString(folder.resolve("rows.jsonl"), text);
    return Files.write(folder.resolve("rows.npy"), bytes);
  }

  private String nearestOf(float[] query) {
    return vectors.entrySet().stream()
        .max(Comparator.comparingDouble(entry -> cosine(entry.getValue(), query)))
        .orElseThrow()
        .getKey();
  }

  private static double cosine(float[] a, float[] b) {
    double dot = IntStream.range(0, a.length).mapToDouble(d -> (double) a[d] * b[d]).sum();
    double aa = IntStream.range(0, a.length).mapToDouble(d -> (double) a[d] * a[d]).sum();
    double bb = IntStream.range(0, b.length).mapToDouble(d -> (double) b[d] * b[d]).sum();
    return dot / Math.sqrt(aa * bb);
  }

  private List<String> found(String... arguments) {
    List<String> all = new ArrayList<>(List.of("search", "--collection", COLLECTION, "--json"));
    all.addAll(List.of(arguments));
    JsonNode answer = ok(tenant(all.toArray(new String[0]))).json();
    return answer.path("results").valueStream().map(one -> one.path("id").asText()).toList();
  }

  @Test
  @Order(2)
  void collection_isCreatedListedShownAndDeleted() {
    String[] create = {"collection", "create", COLLECTION, "--dim", "8"};
    List<String> attributes = new ArrayList<>(List.of(create));
    attributes.addAll(List.of("--attribute", "category=string", "--attribute", "number=long"));
    assertThat(ok(tenant(attributes.toArray(new String[0]))).out()).contains("created products");
    failed(tenant(create), "409", "exists already");
    ok(tenant("collection", "create", "other", "--dim", "2", "--distance", "l2", "--json"));

    JsonNode shown = ok(tenant("collection", "get", COLLECTION, "--json")).json();
    assertThat(shown.path("vector_dim").asInt()).isEqualTo(8);
    assertThat(shown.path("distance").asText()).isEqualTo("cosine");
    assertThat(shown.at("/attributes/number").asText()).isEqualTo("long");
    assertThat(ok(tenant("collection", "get", "other")).json().path("distance").asText())
        .isEqualTo("l2");

    assertThat(ok(tenant("collection", "list")).out().lines()).contains("other", COLLECTION);
    CliRun page = ok(tenant("collection", "list", "--limit", "1"));
    String cursor = page.err().replace("more: --cursor", "").strip();
    CliRun next = ok(tenant("collection", "list", "--limit", "1", "--cursor", cursor));
    assertThat((page.out() + next.out()).lines()).containsExactly("other", COLLECTION);
    assertThat(ok(tenant("collection", "list", "--json")).json().path("items")).hasSize(2);

    assertThat(ok(tenant("collection", "delete", "other")).out()).contains("deleted other");
    failed(tenant("collection", "get", "other"), "404");
  }

  @Test
  @Order(3)
  void ingest_ofLinesAndOfVectorsWithASidecar_commitsAll() throws IOException {
    String lines = writeLines().toString();
    String rows = writeVectors().toString();
    CliRun run =
        ok(
            tenant(
                "ingest",
                "--tenant",
                tenantId,
                "--collection",
                COLLECTION,
                "--heap",
                "512m",
                "--json",
                lines,
                rows));
    assertThat(run.json().path("rows_committed").asInt()).as("%s", run).isEqualTo(LINES + ROWS);
    assertThat(run.json().path("dead_letters").asInt()).isZero();
    assertThat(found("--id", "row-3", "--k", "1")).containsExactly("row-3");
  }

  @Test
  @Order(4)
  void ingest_ofAnUnknownCollection_failsWithTheReason() {
    String file = folder.resolve("lines.jsonl").toString();
    CliRun run = tenant("ingest", "--tenant", tenantId, "--collection", "nowhere", file);
    assertThat(run.code()).as("%s", run).isIn(1, 2);
    assertThat(run.err())
        .contains("the ingest failed (exit code 2)", "nowhere", "of tenant", "whole log: ");
    assertThat(run.out()).isEmpty();
  }

  @Test
  @Order(5)
  void build_ofACollection_isServedByTheNode() {
    List<String> options =
        List.of("--heap", "1g", "--max-degree", "24", "--build-list-size", "60", "--alpha", "1.2");
    List<String> all = new ArrayList<>(List.of("build", "--tenant", tenantId));
    all.addAll(List.of("--collection", COLLECTION, "--seed", "7"));
    all.addAll(List.of("--vector-storage", "f16"));
    all.addAll(options);
    CliRun run = ok(tenant(all.toArray(new String[0])));
    assertThat(run.out()).startsWith("products: ").contains("300 rows, ", "generation ");
    awaitIndexed(LINES + ROWS);
    try (RestClient client = node.client(apiKey)) {
      float[] rounded = new float[DIMENSION];
      for (int d = 0; d < DIMENSION; d++) {
        rounded[d] = Float.float16ToFloat(Float.floatToFloat16(vectors.get("row-5")[d]));
      }
      // The node answers out of its fresh tier until it has taken the index over.
      JsonNode expected = Json.tree(rounded);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      JsonNode found;
      do {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        found = client.call("GET", "collections/" + COLLECTION + "/vectors/row-5", null);
      } while (!found.path("vector").toString().equals(expected.toString())
          && System.nanoTime() < end);
      assertThat(found.path("vector").toString())
          .as("seed %d", SEED)
          .isEqualTo(expected.toString());
    }
  }

  private void awaitIndexed(int rows) {
    try (RestClient client = node.client(apiKey)) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      JsonNode state;
      do {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        state = client.call("GET", "collections/" + COLLECTION + "/index", null);
      } while ((state.path("indexed").asInt() != rows || state.path("fresh").asInt() != 0)
          && System.nanoTime() < end);
      assertThat(state.path("indexed").asInt()).as("%s", state).isEqualTo(rows);
      assertThat(state.path("fresh").asInt()).as("%s", state).isZero();
    }
  }

  @Test
  @Order(6)
  void search_byVectorFileOrId_findsTheNearest() {
    float[] query = vector();
    assertThat(found("--vector", Json.line(Json.tree(query)), "--k", "1"))
        .as("seed %d", SEED)
        .containsExactly(nearestOf(query));
    String file = folder.resolve("rows.npy").toString();
    assertThat(found("--vector-file", file, "--row", "42", "--k", "3"))
        .hasSize(3)
        .startsWith("row-42");
    assertThat(found("--id", "line-7", "--search-list-size", "50"))
        .hasSize(10)
        .startsWith("line-7");
    assertThat(found("--id", "line-7", "--recall", "0.99")).startsWith("line-7");
  }

  @Test
  @Order(6)
  void search_withAFilter_answersNothingElse() {
    List<String> even =
        found("--id", "line-7", "--filter", "{\"category\": \"even\"}", "--k", "40");
    assertThat(even).hasSize(40).allMatch(id -> id.matches(".*[02468]"));
    CliRun wrong =
        tenant(
            "search",
            "--collection",
            COLLECTION,
            "--id",
            "line-7",
            "--filter",
            "{\"number\": \"x\"}");
    failed(wrong, "400", "/filter/number");
  }

  @Test
  @Order(6)
  void search_forPeople_printsScoreIdAndPayload() {
    String[] line = {
      "search", "--collection", COLLECTION, "--id", "row-5", "--k", "2", "--explain"
    };
    CliRun run = ok(tenant(line));
    assertThat(run.out().lines().findFirst().orElseThrow())
        .matches("  1\\.00000  row-5 +\\{.*\"category\":\"odd\".*}");
    assertThat(run.out()).contains("\n[ {").endsWith("} ]\n");
  }

  @Test
  @Order(6)
  void search_asOfAnOlderGeneration_isOfThatOne() {
    JsonNode shown = ok(tenant("collection", "get", COLLECTION)).json();
    long generation = shown.path("generation").asLong();
    assertThat(generation).as("%s", shown).isPositive();
    assertThat(found("--id", "row-5", "--k", "1", "--as-of", Long.toString(generation)))
        .containsExactly("row-5");
    CliRun first =
        tenant("search", "--collection", COLLECTION, "--id", "row-5", "--as-of", "1000000");
    assertThat(first.code()).isEqualTo(1);
    assertThat(first.err()).contains("the node answered 4");
  }

  @Test
  @Order(6)
  void call_withAWrongKeyOrName_failsInTheNodesWords() {
    failed(as("not-a-key", "collection", "list"), "401", "--api-key");
    failed(tenant("collection", "get", "nowhere"), "404", "no such collection");
    failed(tenant("search", "--collection", "nowhere", "--id", "a"), "404", "no such collection");
    failed(tenant("search", "--collection", COLLECTION, "--id", "a", "--k", "0"), "400", "/k");
    failed(tenant("tenant", "list"), "403");
  }

  @Test
  @Order(7)
  void build_pending_takesWhatWasAskedForByRest() {
    try (RestClient client = node.client(apiKey)) {
      ObjectNode one = Json.object().put("id", "written");
      one.set("vector", Json.tree(vector()));
      String path = "collections/" + COLLECTION;
      client.call("POST", path + "/vectors", Json.object().set("vectors", Json.tree(List.of(one))));
      JsonNode asked = client.call("POST", path + "/index", Json.object().put("type", "diskann"));
      assertThat(asked.path("build_id").asText()).isNotEmpty();
      CliRun run = ok(operator("build", "--pending", "--heap", "1g", "--json"));
      assertThat(run.out()).contains(asked.path("build_id").asText(), "\"builds\":1");
      awaitIndexed(LINES + ROWS + 1);
      String delete = "{\"ids\": [\"row-9\"]}";
      client.call("POST", path + "/vectors/delete", Json.parse(delete, "a body"));
      CliRun merged =
          ok(tenant("build", "--tenant", tenantId, "--collection", COLLECTION, "--incremental"));
      assertThat(merged.out()).contains("300 rows, 1 shard (1 merged, 0 built, 0 as they were)");
      awaitIndexed(LINES + ROWS);
      JsonNode state = client.call("GET", path + "/index", null);
      assertThat(state.path("state").asText()).isEqualTo("ready");
    }
    assertThat(found("--id", "written", "--k", "1")).containsExactly("written");
  }

  @Test
  @Order(8)
  void call_afterTheNodesEnd_saysHowToStartOne() {
    node.close();
    failed(tenant("collection", "list"), node.url(), "akidb serve");
  }
}
