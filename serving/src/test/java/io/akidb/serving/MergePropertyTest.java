package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.SegmentWriter;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.tenancy.CollectionName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whatever is written by whom in which order, and whenever a build reads and is published: the node
 * answers what a map from id to the newest version would.
 */
@SuppressWarnings({"ArrayRecordComponent", "RefactorSwitch"}) // read by this test alone
class MergePropertyTest {
  private static final int DIMENSION = 8;
  private static final int IDS = 60;
  private static final int STEPS = 45;

  private record Version(long order, float[] vector, String color) {}

  @TempDir Path folder;

  private final Map<String, Version> model = new HashMap<>();
  private Random random;
  private TestNode node;
  private VectorCollection collection;
  private TestBuilds builds;
  private TestBuilds.Prepared prepared;
  private String token;

  @ParameterizedTest
  @CsvSource({
    "flat,l2,1",
    "flat,cosine,2",
    "flat,dot,3",
    "diskann,l2,4",
    "diskann,cosine,5",
    "diskann,dot,6"
  })
  void search_afterAnyHistory_isWhatABruteForceModelSays(String type, String metric, long seed)
      throws Exception {
    random = new Random(seed);
    node = TestNode.start(folder);
    node.post(
            "/v1/collections",
            """
            {"name": "c", "vector_dim": 8, "distance": "%s", "index_type": "%s",
             "attributes": {"color": "string"}}"""
                .formatted(metric, type))
        .expect(201);
    collection = node.catalog().open(TestNode.context(), new CollectionName("c"));
    builds = new TestBuilds(node.store(), folder);
    for (int step = 0; step < STEPS; step++) {
      String did = step();
      check(metric, "seed " + seed + ", step " + step + ": " + did);
    }
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private String step() throws Exception {
    switch (random.nextInt(8)) {
      case 0, 1 -> {
        upsertByRest();
        return "upsert";
      }
      case 2 -> {
        deleteByRest();
        return "delete";
      }
      case 3, 4 -> {
        appendByAnother(random.nextInt(1000));
        return "late append";
      }
      case 5 -> {
        appendByAnother(Math.max(0, collection.head().maxOrder()) + random.nextInt(5));
        return "append";
      }
      case 6 -> {
        prepared = builds.prepare(collection, 1 + random.nextInt(4));
        return "build has read";
      }
      default -> {
        if (prepared == null) {
          return "nothing";
        }
        token = prepared.publish().commitToken();
        prepared = null;
        return "build published";
      }
    }
  }

  private void upsertByRest() {
    ObjectNode body = TestNode.JSON.createObjectNode();
    ArrayNode rows = body.putArray("vectors");
    List<Map.Entry<String, Version>> written = new ArrayList<>();
    for (int i = 0; i < 1 + random.nextInt(10); i++) {
      Version version = new Version(-1, vector(), color());
      String id = id();
      ObjectNode row = rows.addObject().put("id", id);
      ArrayNode numbers = row.putArray("vector");
      for (float x : version.vector()) {
        numbers.add(x);
      }
      row.putObject("payload").put("color", version.color());
      written.add(Map.entry(id, version));
    }
    token =
        node.post("/collections/c/vectors", body.toString())
            .expect(200)
            .json()
            .get("commit_token")
            .asText();
    long order = collection.head().maxOrder();
    written.forEach(
        entry ->
            model.put(
                entry.getKey(),
                new Version(order, entry.getValue().vector(), entry.getValue().color())));
  }

  private void deleteByRest() {
    String id = id();
    token =
        node.post("/collections/c/vectors/delete", "{\"ids\": [\"" + id + "\"]}")
            .expect(200)
            .json()
            .get("commit_token")
            .asText();
    model.put(id, new Version(collection.head().maxOrder(), null, null));
  }

  private void appendByAnother(long orderMin) {
    try (SegmentWriter writer = collection.newSegment(folder.resolve(UUID.randomUUID() + ".s"))) {
      for (int i = 0; i < 1 + random.nextInt(12); i++) {
        boolean deletes = random.nextInt(5) == 0;
        Version version =
            new Version(
                orderMin + random.nextInt(3), deletes ? null : vector(), deletes ? null : color());
        String id = id();
        writer.add(
            deletes
                ? VectorRecord.tombstone(id, version.order())
                : VectorRecord.upsert(
                    id,
                    version.order(),
                    version.vector(),
                    ("{\"color\":\"" + version.color() + "\"}").getBytes(StandardCharsets.UTF_8)));
        model.merge(id, version, (old, later) -> later.order() >= old.order() ? later : old);
      }
      Manifest committed = collection.append(List.of(writer.finish()), null, 0);
      token = committed.commitToken();
    }
  }

  private void check(String metric, String when) {
    if (token == null) {
      return;
    }
    float[] query = vector();
    Set<String> live = new HashSet<>();
    Set<String> red = new HashSet<>();
    model.forEach(
        (id, version) -> {
          if (version.vector() != null) {
            live.add(id);
            if (version.color().equals("red")) {
              red.add(id);
            }
          }
        });
    assertThat(new HashSet<>(ids(search(query, 200, null)))).as(when).isEqualTo(live);
    assertThat(new HashSet<>(ids(search(query, 200, "red")))).as(when + ", red").isEqualTo(red);
    List<String> nearest =
        live.stream()
            .sorted(
                Comparator.comparingDouble(id -> distance(metric, query, model.get(id).vector())))
            .limit(5)
            .toList();
    JsonNode top = search(query, 5, null);
    assertThat(ids(top)).as(when + ", top 5").isEqualTo(nearest);
    for (JsonNode hit : top) {
      assertThat(hit.at("/payload/color").asText())
          .as(when)
          .isEqualTo(model.get(hit.get("id").asText()).color());
    }
    assertThat(node.get("/collections/c").expect(200).json().get("vector_count").asInt())
        .as(when + ", count")
        .isEqualTo(live.size());
  }

  private JsonNode search(float[] query, int k, String color) {
    ObjectNode body = TestNode.JSON.createObjectNode().put("k", k).put("at_least", token);
    ArrayNode numbers = body.putArray("vector");
    for (float x : query) {
      numbers.add(x);
    }
    if (color != null) {
      body.putObject("filter").put("color", color);
    }
    return node.post("/collections/c/search", body.toString()).expect(200).json().get("results");
  }

  private static List<String> ids(JsonNode hits) {
    return hits.findValuesAsText("id");
  }

  private static double distance(String metric, float[] a, float[] b) {
    double dot = 0;
    double squares = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      squares += (double) (a[i] - b[i]) * (a[i] - b[i]);
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
    }
    return switch (metric) {
      case "l2" -> squares;
      case "dot" -> -dot;
      default -> 1 - dot / Math.sqrt(aa * bb);
    };
  }

  private float[] vector() {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private String color() {
    return random.nextInt(4) == 0 ? "red" : "blue";
  }

  private String id() {
    return "id-" + random.nextInt(IDS);
  }
}
