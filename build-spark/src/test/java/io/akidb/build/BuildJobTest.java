package io.akidb.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.catalog.AttributeType;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexRef;
import io.akidb.catalog.IndexType;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.Metric;
import io.akidb.catalog.VectorRecord;
import io.akidb.diskann.AttributeIndex;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.VectorIndex;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole builds in this JVM, on a local directory. */
class BuildJobTest {
  private static final long SEED = 20261121;
  private static final long DAY_MICROS = 86_400_000_000L;

  @TempDir Path folder;

  @Test
  void build_freshSegments_publishesWhatIsLive() {
    Vectors vectors = new Vectors(SEED, 32, 8);
    try (Bucket bucket = Bucket.local(folder, CollectionSchema.of(32, Metric.COSINE))) {
      List<VectorRecord> rows = vectors.rows(0, 1500, 100);
      bucket.append(rows.subList(0, 700));
      bucket.append(rows.subList(700, 1500));
      bucket.append(vectors.rows(0, 50, 200));
      bucket.append(
          List.of(VectorRecord.tombstone("id-60", 300), VectorRecord.tombstone("id-61", 1)));

      Bucket.Run run = bucket.build("--progress");

      assertThat(run.exitCode()).as(run.errors()).isZero();
      Manifest head = bucket.collection.head();
      IndexRef index = head.index();
      assertThat(index).isNotNull();
      assertThat(index.rows()).isEqualTo(1499);
      assertThat(index.tombstones()).isEqualTo(1);
      assertThat(head.freshRows()).isZero();
      assertThat(run.last().get("outcome").asText()).isEqualTo("published");
      assertThat(run.last().get("rows_in").asLong()).isEqualTo(1552);
      assertThat(run.last().get("superseded").asLong()).isEqualTo(52);
      assertThat(run.last().get("generation").asLong()).isEqualTo(head.generation());
      assertThat(run.lines().getFirst().get("type").asText()).isEqualTo("progress");
      assertThat(bucket.tombstones()).containsExactly(Map.entry("id-60", 300L));
      assertThat(bucket.objectsOf(index.buildId()))
          .as("nothing is left but what the index lists")
          .allMatch(
              key ->
                  key.matches(
                      ".*/(0\\.shard|index\\.avro|plan\\.json|router\\.bin|tombstones\\.avro)"))
          .hasSize(5);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "COSINE,DISKANN,0,binary",
    "L2,DISKANN,0,resident",
    "DOT,DISKANN,0,sq4",
    "COSINE,DISKANN,12,pq",
    "L2,FLAT,0,binary",
  })
  void build_partitioned_findsTheNearest(
      Metric metric, IndexType type, int pqSubvectors, String quantization) throws IOException {
    Vectors vectors = new Vectors(SEED, 24, 12);
    CollectionSchema schema = new CollectionSchema(24, metric, type, new TreeMap<>());
    try (Bucket bucket = Bucket.local(folder, schema)) {
      List<VectorRecord> rows = vectors.rows(0, 3000, 100);
      bucket.append(rows);

      Bucket.Run run =
          bucket.build(
              "--partition-rows-max",
              "700",
              "--partition-overlap",
              "0.2",
              "--pq-subvectors",
              Integer.toString(pqSubvectors),
              "--quantization",
              quantization);

      assertThat(run.exitCode()).as(run.errors()).isZero();
      assertThat(run.last().get("shards").asInt()).isGreaterThanOrEqualTo(5);
      assertThat(run.last().get("border_copies").asLong()).isBetween(1L, 600L);
      assertThat(run.last().get("rows").asLong()).isEqualTo(3000);
      Map<String, float[]> all = new TreeMap<>();
      rows.forEach(row -> all.put(row.id(), row.vector()));
      assertThat(contents(bucket)).hasSize(3000);
      assertThat(recall(bucket, metric, all, vectors)).isGreaterThanOrEqualTo(0.95);
      UUID build = bucket.collection.index(bucket.collection.head()).orElseThrow().buildId();
      assertThat(bucket.objectsOf(build).stream().filter(key -> key.endsWith("/codebook.bin")))
          .hasSize(pqSubvectors > 0 ? 1 : 0);
    }
  }

  private static double recall(
      Bucket bucket, Metric metric, Map<String, float[]> all, Vectors vectors) throws IOException {
    int found = 0;
    int queries = 50;
    List<VectorIndex> shards = bucket.openShards();
    for (int q = 0; q < queries; q++) {
      float[] query = vectors.next();
      Map<String, Float> answers = new TreeMap<>();
      for (VectorIndex shard : shards) {
        assertThat(shard.size()).isLessThanOrEqualTo(700);
        SearchResult result = shard.search(query, SearchParameters.defaults(10), null);
        for (int i = 0; i < result.size(); i++) {
          answers.put(shard.vectorId(result.nodeId(i)), result.distance(i));
        }
      }
      Set<String> best = new HashSet<>();
      answers.entrySet().stream()
          .sorted(Map.Entry.comparingByValue())
          .limit(10)
          .forEach(entry -> best.add(entry.getKey()));
      best.retainAll(Vectors.exact(metric, all, query, 10));
      found += best.size();
    }
    shards.forEach(VectorIndex::close);
    return found / (10.0 * queries);
  }

  @ParameterizedTest
  @CsvSource({"f32,0", "f16,0.0005", "int8,0.01"})
  void build_vectorStorage_roundsAsMuchAsWasAskedFor(String storage, double relative)
      throws IOException {
    Vectors vectors = new Vectors(SEED, 24, 4);
    try (Bucket bucket = Bucket.local(folder, CollectionSchema.of(24, Metric.L2))) {
      List<VectorRecord> rows = vectors.rows(0, 300, 100);
      bucket.append(rows);

      Bucket.Run run = bucket.build("--vector-storage", storage);

      assertThat(run.exitCode()).as(run.errors()).isZero();
      assertThat(bucket.collection.index(bucket.collection.head()).orElseThrow().parameters())
          .containsEntry("vector_storage", storage);
      double worst = 0;
      Map<String, VectorRecord> found = contents(bucket);
      for (VectorRecord row : rows) {
        for (int d = 0; d < 24; d++) {
          float stored = found.get(row.id()).vector()[d];
          worst = Math.max(worst, Math.abs(stored - row.vector()[d]));
          if (storage.equals("f16")) {
            assertThat(Float.float16ToFloat(Float.floatToFloat16(row.vector()[d])))
                .isEqualTo(stored);
          }
        }
      }
      // Components are about 4 at most.
      assertThat(worst).as("seed %s", SEED).isBetween(relative / 100, relative * 4);
    }
  }

  @Test
  void build_unknownVectorStorage_isAUsageError() {
    try (Bucket bucket = Bucket.local(folder, CollectionSchema.of(2, Metric.L2))) {
      Bucket.Run run = bucket.build("--vector-storage", "f64");

      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.errors()).contains("vector_storage must be one of 'auto', 'f32'");
    }
  }

  /** Order and vector by id; rows of several shards must agree. */
  private static Map<String, VectorRecord> contents(Bucket bucket) throws IOException {
    Map<String, VectorRecord> found = new TreeMap<>();
    for (VectorIndex shard : bucket.openShards()) {
      try (shard) {
        Set<String> seen = new HashSet<>();
        for (int node = 0; node < shard.size(); node++) {
          float[] vector = new float[shard.schema().dimension()];
          shard.vector(node, vector);
          String id = shard.vectorId(node);
          assertThat(seen.add(id)).as("%s twice in one shard", id).isTrue();
          VectorRecord row =
              VectorRecord.upsert(id, shard.order(node), vector, shard.payload(node));
          VectorRecord other = found.put(id, row);
          if (other != null) {
            assertThat(other.order()).isEqualTo(row.order());
            assertThat(other.vector()).containsExactly(row.vector());
          }
        }
      }
    }
    return found;
  }

  @Test
  void build_overAndOver_holdsTheNewestOfEachId() throws IOException {
    Random random = new Random(SEED);
    Vectors vectors = new Vectors(SEED, 8, 4);
    try (Bucket bucket = Bucket.local(folder, CollectionSchema.of(8, Metric.L2))) {
      Map<String, VectorRecord> model = new TreeMap<>();
      for (int round = 0; round < 3; round++) {
        for (int segment = 0; segment < 3; segment++) {
          List<VectorRecord> rows = new ArrayList<>();
          for (int i = 0; i < 300; i++) {
            // Orders collide on purpose: then the later record wins.
            long order = 1000L + round * 50L + random.nextInt(100);
            String id = "id-" + random.nextInt(600);
            rows.add(
                random.nextInt(4) == 0
                    ? VectorRecord.tombstone(id, order)
                    : VectorRecord.upsert(id, order, vectors.next(), null));
          }
          bucket.append(rows);
          for (VectorRecord row : rows) {
            model.merge(row.id(), row, (old, now) -> now.order() >= old.order() ? now : old);
          }
        }

        Bucket.Run run = bucket.build("--partition-rows-max", "150", "--partition-overlap", "0.3");

        assertThat(run.exitCode()).as(run.errors()).isZero();
        Map<String, VectorRecord> live = new TreeMap<>(model);
        live.values().removeIf(VectorRecord::isTombstone);
        Map<String, VectorRecord> found = contents(bucket);
        assertThat(found.keySet()).as("seed %s round %s", SEED, round).isEqualTo(live.keySet());
        live.forEach(
            (id, row) -> {
              assertThat(found.get(id).order()).isEqualTo(row.order());
              assertThat(found.get(id).vector()).containsExactly(row.vector());
            });
        Map<String, Long> dead = new TreeMap<>();
        model.values().stream()
            .filter(VectorRecord::isTombstone)
            .forEach(row -> dead.put(row.id(), row.order()));
        assertThat(bucket.tombstones()).isEqualTo(dead);
      }
    }
  }

  @Test
  void build_declaredAttributesAndPayload_areInTheShard() throws IOException {
    TreeMap<String, AttributeType> attributes = new TreeMap<>();
    attributes.put("name", AttributeType.STRING);
    attributes.put("tags", AttributeType.STRING_LIST);
    attributes.put("count", AttributeType.LONG);
    attributes.put("price", AttributeType.DOUBLE);
    attributes.put("new", AttributeType.BOOLEAN);
    CollectionSchema schema = new CollectionSchema(2, Metric.L2, IndexType.DISKANN, attributes);
    byte[] payload =
        "{\"name\":\"chair\",\"tags\":[\"a\",\"b\"],\"count\":3,\"price\":1.5,\"new\":true,\"more\":{\"x\":1}}"
            .getBytes(StandardCharsets.UTF_8);
    try (Bucket bucket = Bucket.local(folder, schema)) {
      bucket.append(
          List.of(
              VectorRecord.upsert("full", 5, new float[] {1, 0}, payload),
              VectorRecord.upsert("bare", 6, new float[] {0, 1}, null)));

      Bucket.Run run = bucket.build();
      Bucket.Run again = bucket.build();

      assertThat(run.exitCode()).as(run.errors()).isZero();
      assertThat(again.exitCode()).as(again.errors()).isZero();
      assertThat(again.last().get("rows_from_index").asLong()).isEqualTo(2);
      try (VectorIndex shard = bucket.openShards().getFirst()) {
        assertThat(shard.schema().attributes()).hasSize(5);
        assertThat(shard.payload(shard.nodeId("full"))).isEqualTo(payload);
        assertThat(shard.payload(shard.nodeId("bare"))).isEmpty();
        assertThat(shard.order(shard.nodeId("full"))).isEqualTo(5);
        int full = shard.nodeId("full");
        AttributeIndex index = shard.attributes();
        assertThat(index.equal("name", new AttributeValue.Text("chair")).toArray())
            .containsExactly(full);
        assertThat(index.equal("tags", new AttributeValue.Text("b")).toArray())
            .containsExactly(full);
        assertThat(index.equal("count", new AttributeValue.Int64(3)).toArray())
            .containsExactly(full);
        assertThat(index.equal("price", new AttributeValue.Float64(1.5)).toArray())
            .containsExactly(full);
        assertThat(index.equal("new", new AttributeValue.Bool(true)).toArray())
            .containsExactly(full);
        assertThat(index.exists("name").getCardinality()).isEqualTo(1);
      }
    }
  }

  @Test
  void build_emptyThenFilledThenEmptied_hasZeroShardsWhereNothingLives() {
    try (Bucket bucket = Bucket.local(folder, CollectionSchema.of(4, Metric.COSINE))) {
      Bucket.Run empty = bucket.build();
      assertThat(empty.exitCode()).as(empty.errors()).isZero();
      assertThat(bucket.collection.head().index())
          .extracting(IndexRef::shards, IndexRef::rows)
          .containsExactly(0, 0L);

      bucket.append(new Vectors(SEED, 4, 2).rows(0, 20, 10 * DAY_MICROS));
      assertThat(bucket.build().exitCode()).isZero();
      assertThat(bucket.collection.head().index().rows()).isEqualTo(20);

      List<VectorRecord> deletes = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        deletes.add(VectorRecord.tombstone("id-" + i, (10 + i) * DAY_MICROS));
      }
      bucket.append(deletes);
      Bucket.Run emptied = bucket.build();

      assertThat(emptied.exitCode()).as(emptied.errors()).isZero();
      assertThat(bucket.collection.head().index())
          .extracting(IndexRef::shards, IndexRef::rows)
          .containsExactly(0, 0L);
      // A week before the newest write: what is older is forgotten.
      assertThat(bucket.tombstones().values())
          .hasSize(7)
          .allMatch(order -> order > 22 * DAY_MICROS);
      assertThat(emptied.last().get("tombstones").asLong()).isEqualTo(20);
    }
  }

  @Test
  void build_lateOldRecordOfADeletedId_staysDeleted() throws IOException {
    Vectors vectors = new Vectors(SEED, 4, 2);
    try (Bucket bucket = Bucket.local(folder, CollectionSchema.of(4, Metric.L2))) {
      bucket.append(vectors.rows(0, 10, 100));
      bucket.append(List.of(VectorRecord.tombstone("id-3", 200)));
      assertThat(bucket.build().exitCode()).isZero();
      bucket.append(List.of(VectorRecord.upsert("id-3", 150, vectors.next(), null)));

      Bucket.Run run = bucket.build();

      assertThat(run.exitCode()).as(run.errors()).isZero();
      assertThat(run.last().get("rows_in").asLong()).isEqualTo(11);
      assertThat(contents(bucket)).hasSize(9).doesNotContainKey("id-3");
      assertThat(bucket.tombstones()).containsExactly(Map.entry("id-3", 200L));
    }
  }
}
