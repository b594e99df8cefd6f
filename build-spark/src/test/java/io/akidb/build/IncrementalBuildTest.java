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
    "COSINE,DISKANN,binary,2000,5",
    "L2,DISKANN,pq,600,2",
    "DOT,DISKANN,sq8,600,2",
    "L2,FLAT,binary,600,2"
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
      append(bucket, vectors.rows(0, 1500, 100));
      JsonNode first = built(bucket.build(parameters));
      assertThat(first.get("shards_built").asInt()).isEqualTo(first.get("shards").asInt());
      for (int round = 1; round <= rounds; round++) {
        change(bucket, vectors, random, round);

        JsonNode summary = built(bucket.build("--incremental", "--merge-changes-max", "0.5"));

        assertThat(summary.has("anew_because")).as("%s", summary).isFalse();
        assertThat(summary.get("shards_merged").asInt())
            .as("%s", summary)
            .isEqualTo(first.get("shards").asInt());
        assertThat(bucket.collection.head().freshRows()).isZero();
      }
      List<VectorIndex> merged = bucket.openShards();
      requireHoldsWhatLives(merged, built(bucket.build("--incremental")));
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
}
