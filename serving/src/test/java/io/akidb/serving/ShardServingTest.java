package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.SegmentWriter;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.serving.TestNode.Reply;
import io.akidb.tenancy.CollectionName;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * After a build: shards from the bucket, the cache they lie in, and what the fresh tier hides of
 * them.
 */
class ShardServingTest {
  private static final int ROWS = 400;

  @TempDir Path folder;
  private final Random random = new Random(11);
  private TestNode node;
  private VectorCollection collection;
  private TestBuilds builds;

  @BeforeEach
  void start() {
    restart("--cache-bytes", "100000000");
    node.post(
            "/collections",
            """
            {"name": "c", "vector_dim": 16, "distance": "l2", "attributes": {"n": "long"}}""")
        .expect(201);
    collection = node.catalog().open(TestNode.context(), new CollectionName("c"));
    builds = new TestBuilds(node.store(), folder);
  }

  private void restart(String... flags) {
    node = TestNode.start(folder, flags);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private String row(String id, int n) {
    return "{\"id\": \""
        + id
        + "\", \"vector\": "
        + Arrays.toString(vector())
        + ", \"payload\": {\"n\": "
        + n
        + "}}";
  }

  private float[] vector() {
    float[] vector = new float[16];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private void fill() {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      rows.add(row("v" + i, i));
    }
    node.post("/collections/c/vectors", "{\"vectors\": " + rows + "}").expect(200);
  }

  private String build(int partitions) throws Exception {
    Manifest built = builds.build(collection, partitions);
    TestNode.await(
        "the node has swapped the build in",
        () ->
            built
                .index()
                .buildId()
                .toString()
                .equals(explain("{\"id\": \"v0\", \"explain\": true}").get("build_id").asText()));
    return built.commitToken();
  }

  private JsonNode explain(String body) {
    return search(body).json().at("/explain/0");
  }

  private Reply search(String body) {
    return node.post("/collections/c/search", body).expect(200);
  }

  @Test
  void search_afterBuild_readsShardsAndSaysSo() throws Exception {
    fill();
    build(4);

    Reply found =
        search(
            "{\"id\": \"v7\", \"k\": 3, \"explain\": true, \"include\": [\"vector\", \"payload\"]}");

    assertThat(found.json().at("/results/0/id").asText()).isEqualTo("v7");
    assertThat(found.json().at("/results/0/payload/n").asInt()).isEqualTo(7);
    assertThat(found.json().at("/results/0/vector")).hasSize(16);
    JsonNode explain = found.json().at("/explain/0");
    assertThat(explain.get("partitions").asInt()).isEqualTo(4);
    assertThat(explain.get("partitions_probed").asInt()).isEqualTo(4);
    assertThat(explain.get("fresh_scanned").asInt()).isZero();
    assertThat(explain.get("full_distances").asInt()).isPositive();
    assertThat(explain.get("pages").asInt()).isPositive();
    // Shards as small as these are scanned, which estimates nothing.
    assertThat(explain.get("strategies").fieldNames()).toIterable().containsExactly("scan");
    assertThat(explain.get("reranks").asInt()).isZero();
    JsonNode described = node.get("/collections/c").json();
    assertThat(described.get("vector_count").asInt()).isEqualTo(ROWS);
    assertThat(described.at("/index/state").asText()).isEqualTo("ready");
    assertThat(described.at("/index/indexed").asInt()).isEqualTo(ROWS);
  }

  @Test
  void search_withFilter_answersKMatchesWhateverTheirNumber() throws Exception {
    fill();
    build(3);

    for (int matches : new int[] {1, 5, 40, 300}) {
      Reply found =
          search(
              "{\"vector\": %s, \"k\": 50, \"filter\": {\"n\": {\"$lt\": %d}}, \"explain\": true}"
                  .formatted(Arrays.toString(vector()), matches));
      assertThat(found.json().get("results")).hasSize(Math.min(50, matches));
      assertThat(found.json().at("/explain/0/selectivity").asDouble())
          .isBetween(matches / 450.0 - 0.1, matches / 350.0 + 0.1);
    }
  }

  @Test
  void search_whenMostAreReplaced_stillAnswersK() throws Exception {
    fill();
    build(2);
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < ROWS - 20; i++) {
      ids.add("\"v" + i + "\"");
    }
    node.post("/collections/c/vectors/delete", "{\"ids\": " + ids + "}").expect(200);

    Reply found =
        search(
            "{\"vector\": %s, \"k\": 20, \"explain\": true}".formatted(Arrays.toString(vector())));

    assertThat(found.json().get("results")).hasSize(20);
    assertThat(found.json().at("/explain/0/widenings").asInt()).isPositive();
    // A shard this small is not calibrated.
    assertThat(found.json().at("/explain/0/list_size_from").asText()).isEqualTo("typical");
    assertThat(found.json().at("/explain/0/list_size").asInt()).isPositive();
    assertThat(node.get("/collections/c").json().get("vector_count").asInt()).isEqualTo(20);
  }

  @Test
  void lateRecord_olderThanTheShardsOrATombstone_loses() throws Exception {
    fill();
    node.post("/collections/c/vectors/delete", "{\"ids\": [\"v3\"]}").expect(200);
    build(2);

    try (SegmentWriter writer = collection.newSegment(folder.resolve(UUID.randomUUID() + ""))) {
      writer.add(VectorRecord.upsert("v1", 5, new float[16], null));
      writer.add(VectorRecord.upsert("v3", 5, new float[16], null));
      writer.add(VectorRecord.upsert("new", 5, new float[16], null));
      String token = collection.append(List.of(writer.finish()), null, 0).commitToken();
      Reply found =
          search(
              "{\"vector\": %s, \"k\": 3, \"at_least\": \"%s\"}"
                  .formatted(Arrays.toString(new float[16]), token));
      assertThat(found.json().at("/results/0/id").asText()).isEqualTo("new");
      assertThat(found.json().at("/results/0/score").asDouble()).isZero();
      assertThat(found.json().at("/results/1/score").asDouble()).isPositive();
    }
    assertThat(node.get("/collections/c/vectors/v1").expect(200).json().at("/payload/n").asInt())
        .isEqualTo(1);
    node.get("/collections/c/vectors/v3").expect(404);
  }

  @Test
  void search_asOfAGeneration_seesThatGeneration() throws Exception {
    fill();
    long before = search("{\"id\": \"v0\"}").json().get("generation").asLong();
    build(2);
    node.post("/collections/c/vectors/delete", "{\"ids\": [\"v0\"]}").expect(200);

    assertThat(
            search(
                    "{\"vector\": %s, \"k\": 500, \"as_of\": %d}"
                        .formatted(Arrays.toString(vector()), before))
                .json()
                .get("results"))
        .hasSize(ROWS);
    assertThat(
            search(
                    "{\"vector\": %s, \"k\": 500, \"as_of\": %d}"
                        .formatted(Arrays.toString(vector()), before + 1))
                .json()
                .get("results"))
        .hasSize(ROWS);
    assertThat(
            search("{\"vector\": %s, \"k\": 500}".formatted(Arrays.toString(vector())))
                .json()
                .get("results"))
        .hasSize(ROWS - 1);
    assertThat(
            node.post("/collections/c/search", "{\"id\": \"v1\", \"as_of\": 999}")
                .expect(404)
                .code())
        .isEqualTo("not_found");
  }

  @Test
  void scroll_overShardsAndFreshTier_listsEachOnceInOrder() throws Exception {
    fill();
    build(3);
    node.post("/collections/c/vectors", "{\"vectors\": [" + row("v5", 5) + "," + row("w", 1) + "]}")
        .expect(200);
    node.post("/collections/c/vectors/delete", "{\"ids\": [\"v6\"]}").expect(200);

    List<String> seen = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = node.get("/collections/c/vectors?limit=37" + cursor).expect(200).json();
      seen.addAll(page.get("items").findValuesAsText("id"));
      cursor =
          page.get("next_cursor").isNull() ? null : "&cursor=" + page.get("next_cursor").asText();
    } while (cursor != null);

    List<String> expected = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      expected.add("v" + i);
    }
    expected.remove("v6");
    expected.add("w");
    expected.sort(null);
    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void deleteByFilter_overShardsAndFreshTier_deletesTheMatches() throws Exception {
    fill();
    build(2);
    node.post(
            "/collections/c/vectors",
            "{\"vectors\": [" + row("v1", 1000) + "," + row("w", 1) + "]}")
        .expect(200);

    Reply deleted =
        node.post("/collections/c/vectors/delete", "{\"filter\": {\"n\": {\"$lt\": 10}}}")
            .expect(200);

    assertThat(deleted.json().get("deleted").asInt()).isEqualTo(10);
    node.get("/collections/c/vectors/v1").expect(200);
    node.get("/collections/c/vectors/v2").expect(404);
    node.get("/collections/c/vectors/w").expect(404);
  }

  @Test
  void swap_whileQueriesRun_failsNone() throws Exception {
    fill();
    AtomicBoolean stop = new AtomicBoolean();
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> running = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String query = "{\"vector\": %s, \"k\": %d}".formatted(Arrays.toString(vector()), ROWS);
        Callable<Integer> client =
            () -> {
              int answered = 0;
              while (!stop.get()) {
                assertThat(search(query).json().get("results")).hasSize(ROWS);
                answered++;
              }
              return answered;
            };
        running.add(clients.submit(client));
      }
      for (int round = 0; round < 4; round++) {
        node.post("/collections/c/vectors", "{\"vectors\": [" + row("v9", round) + "]}")
            .expect(200);
        build(1 + round);
      }
      stop.set(true);
      for (Future<Integer> client : running) {
        assertThat(client.get()).isPositive();
      }
    }
  }

  @Test
  void cache_tooSmallForAllShards_fetchesWhatEachQueryNeeds() throws Exception {
    fill();
    Manifest built = builds.build(collection, 6);
    long shard =
        collection.index(built).orElseThrow().shards().stream()
            .mapToLong(s -> s.bytes())
            .max()
            .orElseThrow();
    node.close();
    restart("--cache-bytes", Long.toString(Math.max(1 << 20, 2 * shard)), "--search-threads", "1");

    for (int i = 0; i < 5; i++) {
      assertThat(search("{\"id\": \"v%d\", \"k\": 400}".formatted(i)).json().get("results"))
          .hasSize(ROWS);
    }
    assertThat(cacheBytes()).isLessThanOrEqualTo(Math.max(1 << 20, 2 * shard));
  }

  private long cacheBytes() throws Exception {
    try (Stream<Path> files = Files.list(folder.resolve("cache"))) {
      return files
          .filter(f -> f.toString().endsWith(".shard"))
          .mapToLong(f -> f.toFile().length())
          .sum();
    }
  }

  @Test
  void cache_afterARestart_isUsedAndADamagedFileIsFetchedAgain() throws Exception {
    fill();
    build(2);
    node.close();
    List<Path> files;
    try (Stream<Path> all = Files.list(folder.resolve("cache"))) {
      files = all.filter(f -> f.toString().endsWith(".shard")).sorted().toList();
    }
    assertThat(files).hasSize(2);
    try (FileChannel channel = FileChannel.open(files.getFirst(), StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 5000);
    }
    Files.write(folder.resolve("cache/half.part"), new byte[10]);

    restart();

    assertThat(search("{\"id\": \"v1\", \"k\": 400}").json().get("results")).hasSize(ROWS);
    String metrics =
        new String(node.get("/metrics").http().body(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(metrics).contains("akidb_shard_downloads_total 1.0");
    assertThat(folder.resolve("cache/half.part")).doesNotExist();
  }
}
