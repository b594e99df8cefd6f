package io.akidb.bench.identities;

import io.akidb.bench.BenchException;
import io.akidb.bench.tenants.Folders;
import io.akidb.objectstore.BucketConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * An empty MinIO as {@code akidb services} starts it, on a port of its own; ended by {@link
 * #close}, or with this process.
 */
final class MinioService implements AutoCloseable {
  // At the first time MinIO is built, which takes minutes.
  private static final int SCRIPT_MINUTES_MAX = 40;

  private static final String EXPORT = "export ";

  private final Path root;
  private final Path state;
  private final Thread lastWill;
  private final Map<String, String> environment;

  private MinioService(Path root, Path state, Thread lastWill, Map<String, String> environment) {
    this.root = root;
    this.state = state;
    this.lastWill = lastWill;
    this.environment = Map.copyOf(environment);
  }

  /**
   * Starts it; what an earlier one left in the folder is deleted.
   *
   * @param root of the project
   * @param state for it alone
   */
  static MinioService start(Path root, Path state) {
    Thread lastWill = new Thread(() -> script(root, state, "stop"), "stop-minio");
    try {
      script(root, state, "stop");
      Folders.delete(state);
    } catch (IOException e) {
      throw new BenchException("cannot empty " + state + ": " + e, e);
    }
    Runtime.getRuntime().addShutdownHook(lastWill);
    try {
      script(root, state, "start");
      Map<String, String> environment = new HashMap<>();
      for (String line : script(root, state, "env").lines().toList()) {
        int equals = line.indexOf('=');
        if (line.startsWith(EXPORT) && equals > 0) {
          environment.put(line.substring(EXPORT.length(), equals), line.substring(equals + 1));
        }
      }
      return new MinioService(root, state, lastWill, environment);
    } catch (BenchException e) {
      Runtime.getRuntime().removeShutdownHook(lastWill);
      throw e;
    }
  }

  /** What the script said. */
  private static String script(Path root, Path state, String verb) {
    Path log = state.resolveSibling(state.getFileName() + ".log");
    try {
      Files.createDirectories(state);
      ProcessBuilder builder =
          new ProcessBuilder(
                  "bash", root.resolve("deploy/services/services.sh").toString(), verb, "minio")
              .redirectError(log.toFile());
      builder.environment().put("AKIDB_HOME", root.toString());
      builder.environment().put("AKIDB_SERVICES_DIR", state.toString());
      // A free one, beside a MinIO that a person may have started.
      builder.environment().put("AKIDB_MINIO_PORT", "");
      Process process = builder.start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(SCRIPT_MINUTES_MAX, TimeUnit.MINUTES) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new BenchException("MinIO did not " + verb + ":\n" + Files.readString(log));
      }
      return said;
    } catch (IOException e) {
      throw new BenchException("MinIO did not " + verb + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted", e);
    }
  }

  /** By which AkiDB's programs find it, as its administrator. */
  Map<String, String> environment() {
    return environment;
  }

  /** A bucket on it. */
  BucketConfig bucket(String name) {
    return new BucketConfig(
        "s3://" + name,
        URI.create(environment.getOrDefault("AKIDB_ENDPOINT", "")),
        BucketConfig.DEFAULT_REGION,
        environment.get("AKIDB_ACCESS_KEY"),
        environment.get("AKIDB_SECRET_KEY"));
  }

  long pid() {
    Path file = state.resolve("minio").resolve("pid");
    try {
      return Long.parseLong(Files.readString(file).split(" ", 2)[0]);
    } catch (IOException e) {
      throw new BenchException("cannot read " + file, e);
    }
  }

  @Override
  public void close() {
    script(root, state, "stop");
    Runtime.getRuntime().removeShutdownHook(lastWill);
  }
}
