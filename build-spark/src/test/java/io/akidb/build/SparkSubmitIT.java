package io.akidb.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.Metric;
import io.akidb.objectstore.BucketConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job jar, by spark-submit, on a standalone master and worker on loopback that the project's
 * script starts.
 */
class SparkSubmitIT {
  private static final Path HOME = Path.of(System.getenv("AKIDB_ROOT"));
  private static final Path STATE = Path.of("target", "spark-services").toAbsolutePath();
  private static final Map<String, String> SERVICES =
      Map.of(
          "AKIDB_SERVICES_DIR",
          STATE.toString(),
          "AKIDB_SPARK_CORES",
          "2",
          "AKIDB_SPARK_MEMORY",
          "1g");
  private static String master;

  @TempDir Path folder;

  @BeforeAll
  static void startSpark() throws Exception {
    services("start", "spark");
    String env = services("env", "spark");
    master = env.substring(env.indexOf("spark://")).strip();
  }

  @AfterAll
  static void stopSpark() throws Exception {
    services("stop", "spark");
  }

  private static String services(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("bash", HOME.resolve("deploy/services/services.sh").toString()));
    command.addAll(List.of(arguments));
    return run(command, SERVICES);
  }

  /** Answers what the command said; it must end well. */
  private static String run(List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path said = Files.createTempFile("said-", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    boolean ended = process.waitFor(240, TimeUnit.SECONDS);
    process.destroyForcibly();
    String text = Files.readString(said, StandardCharsets.UTF_8);
    Files.delete(said);
    assertThat(ended).as(text).isTrue();
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }

  private static JsonNode submit(BucketConfig bucket, String... more)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                HOME.resolve("deploy/services/spark-submit").toString(),
                "--master",
                master,
                "--driver-memory",
                "512m",
                "--conf",
                "spark.executor.memory=768m",
                "--class",
                BuildJob.class.getName(),
                Path.of("target", "build-spark-job.jar").toAbsolutePath().toString(),
                "--bucket",
                bucket.bucket(),
                "--tenant",
                Bucket.TENANT,
                "--collection",
                Bucket.COLLECTION,
                "--progress"));
    Map<String, String> environment = Map.of();
    if (bucket.endpoint() != null) {
      command.addAll(List.of("--endpoint", bucket.endpoint().toString()));
      environment =
          Map.of("AKIDB_ACCESS_KEY", bucket.accessKey(), "AKIDB_SECRET_KEY", bucket.secretKey());
    }
    command.addAll(List.of(more));
    String said = run(command, environment);
    if (bucket.secretKey() != null) {
      assertThat(said).doesNotContain(bucket.secretKey());
    }
    List<JsonNode> lines =
        said.lines().filter(line -> line.startsWith("{")).map(Bucket::json).toList();
    assertThat(lines).as(said).anyMatch(line -> line.get("type").asText().equals("progress"));
    return lines.getLast();
  }

  @Test
  void submit_localDirectory_publishes() throws Exception {
    try (Bucket bucket = Bucket.local(folder, CollectionSchema.of(16, Metric.L2))) {
      bucket.append(new Vectors(3, 16, 4).rows(0, 1200, 100));

      JsonNode first = submit(bucket.config, "--partition-rows-max", "400");
      JsonNode second = submit(bucket.config, "--partition-rows-max", "400");

      assertThat(first.get("outcome").asText()).isEqualTo("published");
      assertThat(first.get("shards").asInt()).isGreaterThanOrEqualTo(4);
      assertThat(second.get("rows").asLong()).isEqualTo(1200);
      assertThat(second.get("rows_from_index").asLong())
          .isEqualTo(1200 + first.get("border_copies").asLong());
      assertThat(bucket.collection.head().index().rows()).isEqualTo(1200);
    }
  }

  @Test
  void submit_minio_publishes() throws Exception {
    try (Bucket bucket =
        Bucket.at(TestMinio.newBucket(), folder, CollectionSchema.of(16, Metric.COSINE))) {
      bucket.append(new Vectors(3, 16, 4).rows(0, 600, 100));

      JsonNode summary = submit(bucket.config, "--partition-rows-max", "250");

      assertThat(summary.get("outcome").asText()).isEqualTo("published");
      assertThat(bucket.collection.head().index().rows()).isEqualTo(600);
    }
  }
}
