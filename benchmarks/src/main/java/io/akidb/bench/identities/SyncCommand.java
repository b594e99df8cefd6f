package io.akidb.bench.identities;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.akidb.bench.BenchException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code sync-policies} as a process of its own, as {@code akidb} starts it. */
record SyncCommand(Path java, Path root, Path work, MinioService minio, String bucket) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int RUN_MINUTES_MAX = 60;
  private static final double NANOS_PER_SECOND = 1e9;

  /**
   * How a run went.
   *
   * @param changes made
   * @param policies that there are then
   * @param seconds from start to end
   * @param ownCpu processor seconds of the process
   * @param storeCpu of the MinIO meanwhile
   */
  record Outcome(int changes, int policies, double seconds, double ownCpu, double storeCpu) {}

  /** Runs it. */
  Outcome run() {
    Path log = work.resolve("sync-policies.log");
    ProcessBuilder builder = new ProcessBuilder(command()).redirectError(log.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("AKIDB_"));
    builder.environment().putAll(minio.environment());
    double storeBefore = ProcessorTime.of(minio.pid());
    double ownBefore = ProcessorTime.ofEndedChildren();
    long begun = System.nanoTime();
    try {
      Process process = builder.start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(RUN_MINUTES_MAX, TimeUnit.MINUTES) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new BenchException("sync-policies failed:\n" + Files.readString(log));
      }
      double seconds = (System.nanoTime() - begun) / NANOS_PER_SECOND;
      JsonNode summary = JSON.readTree(said.lines().reduce("", (before, line) -> line));
      return new Outcome(
          summary.path("changes").asInt(-1),
          summary.path("policies").asInt(-1),
          seconds,
          ProcessorTime.ofEndedChildren() - ownBefore,
          ProcessorTime.of(minio.pid()) - storeBefore);
    } catch (IOException e) {
      throw new BenchException("sync-policies failed: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted", e);
    }
  }

  private List<String> command() {
    return List.of(
        java.toString(),
        "@" + root.resolve("policies/jvm.options"),
        "-cp",
        System.getProperty("java.class.path"),
        "io.akidb.policies.command.PoliciesTool",
        "sync-policies",
        "--bucket",
        bucket,
        "--credentials",
        work.resolve("credentials").toString());
  }
}
