package io.akidb.bench.tenants;

import io.akidb.bench.BenchException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A node in a JVM of its own, and what the operating system and the JVM say of it. */
final class NodeProcess implements AutoCloseable {
  static final String OPERATOR_KEY = "operator-key-of-the-benchmark";

  private static final int END_SECONDS_MAX = 30;
  private static final int JCMD_SECONDS_MAX = 120;
  private static final double NANOS_PER_MILLI = 1e6;

  private final Process process;
  private final Path java;
  private final int port;
  private final double startMs;

  /**
   * Where a node works.
   *
   * @param java its executable
   * @param heap most of its heap, as {@code 1g}
   * @param bucket a local directory
   * @param work takes its cache and its log
   */
  record Place(Path java, String heap, Path bucket, Path work) {}

  private NodeProcess(Process process, Path java, int port, double startMs) {
    this.process = process;
    this.java = java;
    this.port = port;
    this.startMs = startMs;
  }

  /**
   * Starts a node and waits until it answers.
   *
   * @param flags further settings, as {@code --usage-count-secs=1}
   */
  static NodeProcess start(Place place, List<String> flags) {
    Path log = place.work().resolve("node.log");
    long begun = System.nanoTime();
    Process process = null;
    try {
      Files.createDirectories(place.work());
      ProcessBuilder builder =
          new ProcessBuilder(command(place, flags)).redirectError(log.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("AKIDB_"));
      builder.environment().putAll(Map.of("AKIDB_ADMIN_API_KEY", OPERATOR_KEY));
      process = builder.start();
      BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.startsWith("ready ")) {
          double startMs = (System.nanoTime() - begun) / NANOS_PER_MILLI;
          int port = URI.create(line.substring("ready ".length())).getPort();
          return new NodeProcess(process, place.java(), port, startMs);
        }
      }
      throw new BenchException("the node did not start:\n" + Files.readString(log));
    } catch (IOException e) {
      if (process != null) {
        process.destroyForcibly();
      }
      throw new BenchException("the node did not start: " + e, e);
    }
  }

  // As `akidb serve` starts it.
  private static List<String> command(Place place, List<String> flags) {
    List<String> command =
        new ArrayList<>(
            List.of(
                place.java().toString(),
                "-Xmx" + place.heap(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "io.akidb.serving.AkidbNode",
                "--port=0",
                "--bucket=" + place.bucket(),
                "--cache-dir=" + place.work().resolve("cache")));
    command.addAll(flags);
    return command;
  }

  int port() {
    return port;
  }

  /** From the start of the process until it answered. */
  double startMs() {
    return startMs;
  }

  /** Processor time of all of its threads since its start. */
  Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Resident bytes; 0 where the system does not tell. */
  long residentBytes() {
    return status("VmRSS:") * 1024;
  }

  /** Threads of the operating system; 0 where it does not tell. */
  int threads() {
    return (int) status("Threads:");
  }

  private long status(String field) {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    if (!Files.exists(status)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith(field))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new BenchException("cannot read " + status, e);
    }
  }

  /** Has the node collect its garbage, so that what its heap holds then is in use. */
  void collectGarbage() {
    Path jcmd = java.resolveSibling("jcmd");
    try {
      Process asked =
          new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), "GC.run")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!asked.waitFor(JCMD_SECONDS_MAX, TimeUnit.SECONDS) || asked.exitValue() != 0) {
        asked.destroyForcibly();
        throw new BenchException(jcmd + " does not reach the node; it needs a whole JDK");
      }
    } catch (IOException e) {
      throw new BenchException(jcmd + " is missing; a whole JDK is needed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted", e);
    }
  }

  /** Ends the process: as an operator would, and by force where that does not do. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
