package io.akidb.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.Metric;
import io.akidb.catalog.VectorRecord;
import io.akidb.diskann.VectorIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Builds on a real MinIO: segments by {@code s3a://}, shards by the object store. */
class MinioBuildIT {
  @TempDir Path folder;

  @Test
  void build_andRebuild_onMinio() throws IOException {
    Vectors vectors = new Vectors(3, 16, 4);
    try (Bucket bucket =
        Bucket.at(TestMinio.newBucket(), folder, CollectionSchema.of(16, Metric.COSINE))) {
      bucket.append(vectors.rows(0, 800, 100));
      bucket.append(vectors.rows(800, 1000, 100));
      Bucket.Run first = bucket.build("--partition-rows-max", "300");
      assertThat(first.exitCode()).as(first.errors()).isZero();
      UUID replaced = bucket.collection.head().index().buildId();

      bucket.append(vectors.rows(0, 100, 200));
      bucket.append(List.of(VectorRecord.tombstone("id-500", 300)));
      Bucket.Run second = bucket.build("--partition-rows-max", "300");

      assertThat(second.exitCode()).as(second.errors()).isZero();
      assertThat(second.last().get("rows").asLong()).isEqualTo(999);
      assertThat(second.last().get("superseded").asLong()).isEqualTo(101);
      assertThat(bucket.collection.head().index().rows()).isEqualTo(999);
      assertThat(bucket.tombstones()).containsOnlyKeys("id-500");
      assertThat(bucket.objectsOf(replaced))
          .as("the old index is garbage collection's")
          .isNotEmpty();
      long rows = 0;
      for (VectorIndex shard : bucket.openShards()) {
        rows += shard.size();
        assertThat(shard.size()).isLessThanOrEqualTo(300);
        shard.close();
      }
      assertThat(rows).isEqualTo(999 + second.last().get("border_copies").asLong());

      bucket.append(List.of(VectorRecord.tombstone("id-501", 300)));
      Bucket.Run third = bucket.build("--incremental");

      assertThat(third.exitCode()).as(third.errors()).isZero();
      assertThat(third.last().get("shards_merged").asInt()).isBetween(1, 2);
      assertThat(third.last().get("shards_carried").asInt()).isPositive();
      assertThat(bucket.collection.head().index().rows()).isEqualTo(998);
    }
  }
}
