package io.akidb.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexRef;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.Metric;
import io.akidb.catalog.VectorRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildJobTest {
  private static final long SEED = 20261121;

  @TempDir Path folder;

  @Test
  void build_freshSegments_publishesWhatIsLive() throws IOException {
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
      assertThat(bucket.tombstones()).containsExactly(Map.entry("id-60", 300L));
    }
  }
}
