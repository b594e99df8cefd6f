package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job jar, by flink run, on a standalone JobManager and TaskManager on loopback that the
 * project's script starts.
 */
class FlinkRunIT {
  private static final Path HOME = Path.of(System.getenv("AKIDB_ROOT"));
  private static final Path STATE = Path.of("target", "flink-services").toAbsolutePath();
  private static final Map<String, String> SERVICES = new TreeMap<>();

  @TempDir Path folder;

  @BeforeAll
  static void startFlink() throws Exception {
    SERVICES.put("AKIDB_SERVICES_DIR", STATE.toString());
    SERVICES.put("AKIDB_FLINK_SLOTS", "2");
    // Its workers write into the bucket, so they have the credentials.
    SERVICES.putAll(TestMinio.credentials());
    services("start");
  }

  @AfterAll
  static void stopFlink() throws Exception {
    services("stop");
  }

  private static void services(String command) throws IOException, InterruptedException {
    run(
        List.of("bash", HOME.resolve("deploy/services/services.sh").toString(), command, "flink"),
        SERVICES);
  }

  /** Answers what the command said; it must end well. */
  private static String run(List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path said = Files.createTempFile("said-", ".txt");
    Process process = start(command, environment, said);
    boolean ended = process.waitFor(240, TimeUnit.SECONDS);
    process.destroyForcibly();
    String text = Files.readString(said, StandardCharsets.UTF_8);
    Files.delete(said);
    assertThat(ended).as(text).isTrue();
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }

  private static Process start(List<String> command, Map<String, String> environment, Path said)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static List<String> flinkRun(Collected collected, Path input, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "bash",
                HOME.resolve("deploy/services/flink-run").toString(),
                Path.of("target", "ingest-flink-job.jar").toAbsolutePath().toString()));
    command.addAll(collected.arguments("--file", input.toString()));
    command.addAll(List.of("--checkpoint-interval-ms", "200", "--segment-rows-max", "40"));
    command.addAll(List.of(more));
    return command;
  }

  private static Map<String, String> clientEnvironment() {
    Map<String, String> environment = new TreeMap<>(TestMinio.credentials());
    environment.put("AKIDB_SERVICES_DIR", STATE.toString());
    environment.put("FLINK_CONF_DIR", STATE.resolve("flink/conf").toString());
    return environment;
  }

  /** As when the machine loses its power. */
  private static void killCluster() throws IOException {
    for (String role : List.of("taskmanager", "jobmanager")) {
      String file = Files.readString(STATE.resolve("flink").resolve(role).resolve("pid"));
      long pid = Long.parseLong(file.substring(0, file.indexOf(' ')));
      ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    }
  }

  @Test
  void run_clusterKilledMidway_goesOnFromItsCheckpoint() throws Exception {
    Events events = new Events(41, 30_000, 1_000);
    events.writeTo(folder.resolve("in"), 2);
    try (Collected collected = Collected.local(folder)) {
      List<String> command =
          flinkRun(
              collected,
              folder.resolve("in"),
              "--checkpoint-dir",
              folder.resolve("checkpoints").toString());
      Process client = start(command, clientEnvironment(), folder.resolve("said.txt"));
      try {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (collected.head().freshRows() == 0) {
          String said = Files.readString(folder.resolve("said.txt"));
          assertThat(System.nanoTime()).as(said).isLessThan(deadline);
          assertThat(client.waitFor(10, TimeUnit.MILLISECONDS)).as(said).isFalse();
        }
      } finally {
        client.destroyForcibly();
        killCluster();
      }
      services("start");

      String said = run(command, clientEnvironment());

      assertThat(said).contains("\"rows_committed\":" + events.good());
      events.requireIn(collected, List.of(), "seed 41");
    }
  }

  @Test
  void run_minio_eachOnce() throws Exception {
    Events events = new Events(42, 3_000, 300);
    events.writeTo(folder.resolve("in"), 2);
    try (Collected collected = Collected.at(TestMinio.newBucket(), folder, Collected.DIMENSION)) {
      String said = run(flinkRun(collected, folder.resolve("in")), clientEnvironment());

      assertThat(said)
          .contains("\"rows_committed\":" + events.good())
          .doesNotContain(TestMinio.credentials().get("AKIDB_SECRET_KEY"));
      events.requireIn(collected, List.of(), "seed 42");
    }
  }
}
