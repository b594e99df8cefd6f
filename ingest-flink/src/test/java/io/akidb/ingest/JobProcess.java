package io.akidb.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The job in a JVM of its own, which a test may kill. */
final class JobProcess implements AutoCloseable {
  private static final long END_SECONDS_MAX = 180;

  private final Process process;
  private final Path log;

  private JobProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts it; what it says goes to a file in a folder. */
  static JobProcess start(
      Path folder, Map<String, String> environment, String heap, List<String> arguments)
      throws IOException {
    Path log = Files.createTempFile(folder, "job-", ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Path.of("jvm.options").toAbsolutePath());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx" + heap));
    command.addAll(List.of("-Djava.io.tmpdir=" + folder));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(IngestJob.class.getName());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    return new JobProcess(builder.start(), log);
  }

  /**
   * Waits until a condition holds, or it has ended, whichever is first; answers whether it ended.
   */
  boolean awaitUnlessEnded(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS_MAX);
    while (System.nanoTime() < deadline) {
      if (process.waitFor(10, TimeUnit.MILLISECONDS)) {
        return true;
      }
      if (condition.getAsBoolean()) {
        return false;
      }
    }
    throw new AssertionError("neither ended nor got there: " + said());
  }

  /** Whether it ends by itself within a time. */
  boolean endsWithin(long millis) throws InterruptedException {
    return process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  /** Waits for its end and answers the exit code. */
  int await() throws InterruptedException {
    if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
      throw new AssertionError("did not end: " + said());
    }
    return process.exitValue();
  }

  /** As kill -9. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  String said() {
    try {
      return Files.readString(log, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "nothing: " + e;
    }
  }

  /** The figures of the line that tells the end. */
  JsonNode figures() {
    return said()
        .lines()
        .filter(line -> line.startsWith("{") && line.contains("\"done\""))
        .map(Collected::json)
        .findFirst()
        .orElseThrow(() -> new AssertionError("did not tell its end: " + said()));
  }

  @Override
  public void close() {
    kill();
  }
}
