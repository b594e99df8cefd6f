package io.akidb.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.build.BuildSummary.Outcome;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.GenerationNotFoundException;
import io.akidb.catalog.IndexParameters;
import io.akidb.catalog.Metric;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a published build leaves of the generations before it. */
class BuildGarbageTest {
  @TempDir Path folder;
  private Bucket bucket;
  private Vectors vectors;

  @BeforeEach
  void fill() {
    bucket = Bucket.local(folder, CollectionSchema.of(8, Metric.L2));
    vectors = new Vectors(5, 8, 4);
    bucket.append(vectors.rows(0, 200, 100));
  }

  @AfterEach
  void close() {
    bucket.close();
  }

  private BuildSummary build(Clock clock) {
    UUID build = bucket.collection.builds().request(IndexParameters.defaults()).buildId();
    BuildSummary summary =
        bucket.run(build, bucket.store, clock, new ByteArrayOutputStream(), false);
    assertThat(summary.outcome()).as(summary.message()).isEqualTo(Outcome.PUBLISHED);
    return summary;
  }

  @Test
  void run_soonAfterTheIndexBefore_keepsThatReadable() {
    BuildSummary first = build(Clock.systemUTC());
    bucket.append(vectors.rows(200, 300, 200));

    BuildSummary second = build(Clock.systemUTC());

    assertThat(second.collected()).isNotNull().returns(0L, report -> report.deletedObjects());
    assertThat(bucket.objectsOf(first.buildId())).isNotEmpty();
    assertThat(bucket.collection.at(first.generation())).isNotNull();
  }

  @Test
  void run_longAfterTheIndexBefore_deletesWhatItReplaced() {
    BuildSummary first = build(Clock.systemUTC());
    bucket.append(vectors.rows(200, 300, 200));

    BuildSummary second = build(Clock.offset(Clock.systemUTC(), Duration.ofDays(3)));

    assertThat(second.collected()).isNotNull();
    assertThat(bucket.objectsOf(first.buildId())).isEmpty();
    assertThat(bucket.objectsOf(second.buildId())).isNotEmpty();
    assertThatThrownBy(() -> bucket.collection.at(first.generation()))
        .isInstanceOf(GenerationNotFoundException.class);
  }
}
