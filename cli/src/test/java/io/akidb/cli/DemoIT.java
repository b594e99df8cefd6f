package io.akidb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration on the first rows of what ships, whole, with node, Flink job and Spark job. */
class DemoIT {
  private static final int ROWS = 3000;

  @TempDir Path folder;

  @Test
  void demo_onALocalBucket_showsAndMeasuresAll() throws Exception {
    demo(TestHome.in(folder), ROWS);
  }

  @Test
  void demo_onMinio_showsAndMeasuresAll() throws Exception {
    String endpoint = System.getenv("AKIDB_TEST_MINIO");
    assumeTrue(
        endpoint != null,
        "skipped: the demonstration on a real MinIO. './akidb test' starts one, or set"
            + " AKIDB_TEST_MINIO, AKIDB_TEST_MINIO_ACCESS_KEY and AKIDB_TEST_MINIO_SECRET_KEY");
    Map<String, String> environment = new HashMap<>(TestHome.in(folder));
    environment.put("AKIDB_ACCESS_KEY", System.getenv("AKIDB_TEST_MINIO_ACCESS_KEY"));
    environment.put("AKIDB_SECRET_KEY", System.getenv("AKIDB_TEST_MINIO_SECRET_KEY"));
    String bucket = "s3://akidb-test/demo-it/" + UUID.randomUUID();
    demo(environment, 1000, "--bucket", bucket, "--endpoint", endpoint);
  }

  private void demo(Map<String, String> environment, int rows, String... more) throws Exception {
    Path file = folder.resolve("figures.json");
    List<String> arguments = new ArrayList<>(List.of("demo", "--once", "--rows", "" + rows));
    arguments.addAll(List.of("--json", file.toString()));
    arguments.addAll(List.of(more));
    CliRun run = CliRun.of(environment, arguments.toArray(new String[0]));
    assertThat(run.code()).as("%s", run).isZero();
    assertThat(run.out())
        .contains("1. A node on ", "searchable at once", "kill -9", "The next call is yours");
    JsonNode figures = Json.parse(Files.readString(file), "the figures");
    assertThat(figures.path("ingest_rows").asInt()).isEqualTo(rows);
    assertThat(figures.path("recall_at_10").asDouble()).isBetween(0.95, 1.0);
    assertThat(figures.path("cross_tenant_status").asInt()).isEqualTo(404);
    assertThat(figures.path("kill_acknowledged_writes").asInt()).isPositive();
    assertThat(figures.path("kill_lost_writes").asInt(-1)).isZero();
    assertThat(figures.path("next_curl").asText()).startsWith("curl -s http://127.0.0.1:");
    for (String measured :
        List.of(
            "ingest_s",
            "ingest_rows_per_s",
            "build_s",
            "build_with_spark_start_s",
            "search_p50_ms",
            "search_p99_ms",
            "search_qps",
            "write_ms",
            "write_to_found_ms",
            "kill_restart_s")) {
      assertThat(figures.path(measured).asDouble()).as(measured).isPositive();
    }
    // The node went with the demonstration.
    String url = figures.path("next_curl").asText().split(" ", 4)[2];
    CliRun after =
        CliRun.of(Map.of("AKIDB_SERVER", url.substring(0, url.indexOf("/v1/"))), "tenant", "list");
    assertThat(after.err()).contains("no node answers");
  }
}
