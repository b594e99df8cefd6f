package io.akidb.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexType;
import io.akidb.catalog.Metric;
import io.akidb.catalog.VectorRecord;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.VectorIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Builds that merge what changed into the shards of the build before, on a local directory. */
class IncrementalBuildTest {
  private static final long SEED = 20261121;
  private static final int K = 10;

  @TempDir Path folder;
  private final Map<String, VectorRecord> model = new TreeMap<>();
  private long order = 1000;

  /** Commits rows, and remembers what they leave. */
  private void append(Bucket bucket, List<VectorRecord> rows) {
    bucket.append(rows);
    for (VectorRecord row : rows) {
      model.merge(row.id(), row, (old, now) -> now.order() >= old.order() ? now : old);
    }
  }

  private Map<String, VectorRecord> live() {
    Map<String, VectorRecord> live = new TreeMap<>(model);
    live.values().removeIf(VectorRecord::isTombstone);
    return live;
  }

  /** Deletes every tenth of what lives, replaces some, and inserts as many as it deletes. */
  private void change(Bucket bucket, Vectors vectors, Random random, int round) {
    List<VectorRecord> rows = new ArrayList<>();
    List<String> ids = new ArrayList<>(live().keySet());
    order += 10;
    int changed = ids.size() / 10;
    for (int i = 0; i < changed; i++) {
      String id = ids.remove(random.nextInt(ids.size()));
      rows.add(VectorRecord.tombstone(id, order));
      rows.add(VectorRecord.upsert("new-" + round + "-" + i, order, vectors.next(), null));
    }
    // Another vector: it may leave its shards for others.
    for (int i = 0; i < changed / 10; i++) {
      String id = ids.remove(random.nextInt(ids.size()));
      rows.add(VectorRecord.upsert(id, order, vectors.next(), null));
    }
    append(bucket, rows);
  }

  private static JsonNode built(Bucket.Run run) {
    assertThat(run.exitCode()).as(run.errors()).isZero();
    return run.last();
  }

  /** That the shards hold what lives, with its newest vector, each id in one shard at least. */
  private void requireHoldsWhatLives(List<VectorIndex> shards, JsonNode summary) {
    Map<String, VectorRecord> live = live();
    Set<String> found = new HashSet<>();
    long rows = 0;
    float[] vector = new float[shards.getFirst().schema().dimension()];
    for (VectorIndex shard : shards) {
      for (int node = 0; node < shard.size(); node++, rows++) {
        String id = shard.vectorId(node);
        found.add(id);
        assertThat(live).as("seed %s", SEED).containsKey(id);
        assertThat(shard.order(node)).isEqualTo(live.get(id).order());
        shard.vector(node, vector);
        assertThat(vector).containsExactly(live.get(id).vector());
      }
    }
    assertThat(found).as("seed %s", SEED).isEqualTo(live.keySet());
    assertThat(summary.get("rows").asLong()).isEqualTo(live.size());
    assertThat(summary.get("border_copies").asLong()).isEqualTo(rows - live.size());
  }

  private double recall(List<VectorIndex> shards, Metric metric, float[][] queries) {
    Map<String, float[]> all = new TreeMap<>();
    live().forEach((id, row) -> all.put(id, row.vector()));
    int found = 0;
    for (float[] query : queries) {
      Map<String, Float> answers = new TreeMap<>();
      for (VectorIndex shard : shards) {
        SearchResult result = shard.search(query, SearchParameters.defaults(K), null);
        for (int i = 0; i < result.size(); i++) {
          answers.put(shard.vectorId(result.nodeId(i)), result.distance(i));
        }
      }
      assertThat(all.keySet()).as("seed %s", SEED).containsAll(answers.keySet());
      Set<String> best = new HashSet<>();
      answers.entrySet().stream()
          .sorted(Map.Entry.comparingByValue())
          .limit(K)
          .forEach(entry -> best.add(entry.getKey()));
      best.retainAll(Vectors.exact(metric, all, query, K));
      found += best.size();
    }
    return found / (double) (K * queries.length);
  }

  @ParameterizedTest
  @CsvSource({
    "COSINE,DISKANN,binary,1600,5",
    "L2,DISKANN,pq,600,2",
    "DOT,DISKANN,sq8,600,1",
    "L2,FLAT,binary,600,1"
  })
  void build_chainOfIncrements_searchesAsAFreshBuildDoes(
      Metric metric, IndexType type, String quantization, int rowsMax, int rounds)
      throws IOException {
    Vectors vectors = new Vectors(SEED, 16, 10);
    Random random = new Random(SEED);
    CollectionSchema schema = new CollectionSchema(16, metric, type, new TreeMap<>());
    float[][] queries = new float[40][];
    Arrays.setAll(queries, i -> vectors.next());
    String[] parameters = {
      "--partition-rows-max", String.valueOf(rowsMax), "--quantization", quantization
    };
    try (Bucket bucket = Bucket.local(folder, schema)) {
      append(bucket, vectors.rows(0, 1200, 100));
      JsonNode first = built(bucket.build(parameters));
      assertThat(first.get("shards_built").asInt()).isEqualTo(first.get("shards").asInt());
      JsonNode last = first;
      for (int round = 1; round <= rounds; round++) {
        change(bucket, vectors, random, round);

        last = built(bucket.build("--incremental", "--merge-changes-max", "0.5"));

        assertThat(last.has("anew_because")).as("%s", last).isFalse();
        assertThat(last.get("shards_merged").asInt())
            .as("%s", last)
            .isEqualTo(first.get("shards").asInt());
        assertThat(bucket.collection.head().freshRows()).isZero();
      }
      List<VectorIndex> merged = bucket.openShards();
      requireHoldsWhatLives(merged, last);
      double ofMerged = recall(merged, metric, queries);
      merged.forEach(VectorIndex::close);
      built(bucket.build(parameters));
      List<VectorIndex> fresh = bucket.openShards();
      double ofFresh = recall(fresh, metric, queries);
      fresh.forEach(VectorIndex::close);
      assertThat(ofMerged).as("fresh %s, seed %s", ofFresh, SEED).isGreaterThan(ofFresh - 0.02);
      assertThat(bucket.tombstones().keySet())
          .isEqualTo(
              new HashSet<>(
                  model.values().stream()
                      .filter(VectorRecord::isTombstone)
                      .map(VectorRecord::id)
                      .toList()));
    }
  }

  @Test
  void build_changesInSomeShards_buildsMergesAndCarries() throws IOException {
    Vectors vectors = new Vectors(SEED, 8, 6);
    try (Bucket bucket = Bucket.local(folder, CollectionSchema.of(8, Metric.L2))) {
      append(bucket, vectors.rows(0, 900, 100));
      JsonNode first =
          built(bucket.build("--partition-rows-max", "200", "--partition-overlap", "0"));
      List<VectorIndex> shards = bucket.openShards();
      assertThat(shards).hasSizeGreaterThanOrEqualTo(5);
      List<VectorRecord> changes = new ArrayList<>();
      VectorIndex much = shards.get(1);
      for (int node = 0; node < much.size() / 2; node++) {
        changes.add(VectorRecord.tombstone(much.vectorId(node), 200));
      }
      changes.add(VectorRecord.tombstone(shards.get(3).vectorId(0), 200));
      shards.forEach(VectorIndex::close);
      append(bucket, changes);

      JsonNode second = built(bucket.build("--incremental"));

      assertThat(second.has("anew_because")).as("%s", second).isFalse();
      assertThat(second.get("shards_built").asInt()).isEqualTo(1);
      assertThat(second.get("shards_merged").asInt()).isEqualTo(1);
      assertThat(second.get("shards_carried").asInt()).isEqualTo(first.get("shards").asInt() - 2);
      assertThat(bucket.collection.index(bucket.collection.head()).orElseThrow().parameters())
          .containsEntry("shards_merged", "1")
          .containsEntry("partition_rows_max", "200");
      requireHolds(bucket, second);

      // A late record that is older than the delete, and one that is newer.
      append(
          bucket,
          List.of(
              VectorRecord.upsert(changes.getFirst().id(), 150, vectors.next(), null),
              VectorRecord.upsert(changes.get(1).id(), 250, vectors.next(), null)));
      requireHolds(bucket, built(bucket.build("--incremental")));
      assertThat(live()).doesNotContainKey(changes.getFirst().id());
    }
  }

  private void requireHolds(Bucket bucket, JsonNode summary) throws IOException {
    List<VectorIndex> shards = bucket.openShards();
    requireHoldsWhatLives(shards, summary);
    shards.forEach(VectorIndex::close);
  }

  @Test
  void build_thatCannotBeIncremental_isBuiltAnewAndSaysWhy() throws IOException {
    Vectors vectors = new Vectors(SEED, 4, 2);
    try (Bucket bucket = Bucket.local(folder, CollectionSchema.of(4, Metric.COSINE))) {
      append(bucket, vectors.rows(0, 200, 100));
      assertThat(anew(bucket.build("--incremental"))).contains("no index");
      append(bucket, List.of(VectorRecord.tombstone("id-1", 200)));
      assertThat(anew(bucket.build("--incremental", "--max-degree", "16")))
          .contains("another max_degree");
      append(bucket, List.of(VectorRecord.tombstone("id-2", 200)));
      JsonNode merged = built(bucket.build("--incremental", "--merges-max", "1"));
      assertThat(merged.get("shards_merged").asInt()).as("%s", merged).isEqualTo(1);
      append(bucket, List.of(VectorRecord.tombstone("id-3", 200)));
      assertThat(anew(bucket.build("--incremental", "--merges-max", "1")))
          .contains("merged too often");
      append(bucket, vectors.rows(0, 250, 300));
      assertThat(anew(bucket.build("--incremental"))).contains("more rows were written");
      List<VectorRecord> deletes = new ArrayList<>();
      live().keySet().forEach(id -> deletes.add(VectorRecord.tombstone(id, 400)));
      append(bucket, deletes.subList(0, 200));
      bucket.store.delete(
          bucket
              .collection
              .context()
              .namespace()
              .buildPlanKey(bucket.collection.name(), bucket.collection.head().index().buildId()));
      assertThat(anew(bucket.build("--incremental"))).contains("no plan");
      requireHolds(bucket, bucket.build("--incremental").last());
      append(bucket, deletes.subList(200, deletes.size()));
      assertThat(anew(bucket.build("--incremental"))).contains("nothing lives");
      assertThat(bucket.collection.head().index().rows()).isZero();
    }
  }

  private static String anew(Bucket.Run run) {
    JsonNode summary = built(run);
    assertThat(summary.get("shards_merged").asInt() + summary.get("shards_carried").asInt())
        .isZero();
    return summary.get("anew_because").asText();
  }

  @ParameterizedTest
  @CsvSource({
    "--merge-changes-max,1.1,--merge-changes-max must be 0.0 to 1.0",
    "--merges-max,0,--merges-max must be 1 to 1000"
  })
  void build_ruleOutOfBounds_isAUsageError(String option, String value, String said) {
    try (Bucket bucket = Bucket.local(folder, CollectionSchema.of(2, Metric.L2))) {
      Bucket.Run run = bucket.build("--incremental", option, value);

      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.errors()).contains(said);
    }
  }
}
