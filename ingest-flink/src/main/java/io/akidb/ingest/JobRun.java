package io.akidb.ingest;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/** Starts a job, tells how far it is, and waits for its end. */
final class JobRun {
  private static final String RECOVERY_PATH = "execution.state-recovery.path";
  private static final String METADATA = "_metadata";
  private static final String RETAINED = "execution.checkpointing.num-retained";

  private static final Comparator<Path> AGE =
      Comparator.comparingLong(JobRun::modified).thenComparingLong(JobRun::checkpointNumber);

  private static final JsonMapper JSON = new JsonMapper();

  private final PrintStream out;
  private final boolean progress;

  JobRun(PrintStream out, boolean progress) {
    this.out = out;
    this.progress = progress;
  }

  /**
   * How Flink runs it.
   *
   * @param checkpointDir keeps checkpoints there and goes on from the newest; null for the
   *     cluster's own way
   */
  static Configuration configuration(
      long checkpointIntervalMs, @Nullable Path checkpointDir, boolean local, int parallelism) {
    Configuration configuration = new Configuration();
    configuration.setString("execution.checkpointing.interval", checkpointIntervalMs + " ms");
    configuration.setString("execution.checkpointing.mode", "EXACTLY_ONCE");
    configuration.setString("execution.checkpointing.timeout", "10 min");
    // A stream lives for years: only failures in a row end it.
    configuration.setString("restart-strategy.type", "exponential-delay");
    configuration.setString("restart-strategy.exponential-delay.initial-backoff", "1 s");
    configuration.setString("restart-strategy.exponential-delay.max-backoff", "30 s");
    configuration.setString("restart-strategy.exponential-delay.backoff-multiplier", "2");
    configuration.setString("restart-strategy.exponential-delay.jitter-factor", "0.1");
    configuration.setString("restart-strategy.exponential-delay.reset-backoff-threshold", "10 min");
    configuration.setString(
        "restart-strategy.exponential-delay.attempts-before-reset-backoff", "10");
    if (checkpointDir != null) {
      configuration.setString(
          "execution.checkpointing.dir", checkpointDir.toAbsolutePath().toUri().toString());
      configuration.setString(
          "execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
      // What was gone on from is deleted once it is outdated, or it would be gone on from again.
      configuration.setString("execution.state-recovery.claim-mode", "CLAIM");
      newestCheckpoint(checkpointDir)
          .ifPresent(path -> configuration.setString(RECOVERY_PATH, path.toUri().toString()));
    }
    if (local) {
      configuration.setString("taskmanager.numberOfTaskSlots", Integer.toString(parallelism));
      // Accumulators travel with heartbeats.
      configuration.setString("heartbeat.interval", "500 ms");
      configuration.setString("taskmanager.memory.network.min", "32 mb");
      configuration.setString("taskmanager.memory.network.max", "32 mb");
    }
    return configuration;
  }

  /** The newest checkpoint that was completed below a directory. */
  static Optional<Path> newestCheckpoint(Path directory) {
    if (!Files.isDirectory(directory)) {
      return Optional.empty();
    }
    return completed(directory).stream().max(AGE).map(Path::getParent);
  }

  /** What is in each completed checkpoint. */
  private static List<Path> completed(Path directory) {
    try (Stream<Path> files =
        Files.find(directory, 3, (path, is) -> path.endsWith(METADATA) && is.size() > 0)) {
      return files.toList();
    } catch (IOException | UncheckedIOException e) {
      throw new IngestUsageException("--checkpoint-dir: cannot read " + directory, e);
    }
  }

  /**
   * Deletes checkpoints that are older than the one that is gone on from. The engine deletes each
   * as the next is complete, but a process that was killed in between has left it, and once the job
   * has ended and deleted the newest, it would be gone on from. Does nothing where the caller has
   * told the engine what to keep, or what to begin with.
   */
  static void dropOutdated(Path directory, Configuration configuration, Set<String> told) {
    String from = configuration.toMap().get(RECOVERY_PATH);
    if (from == null || told.contains(RETAINED) || told.contains(RECOVERY_PATH)) {
      return;
    }
    Path newest = Path.of(URI.create(from)).resolve(METADATA);
    for (Path metadata : completed(directory)) {
      if (checkpointNumber(metadata) > 0 && AGE.compare(metadata, newest) < 0) {
        delete(metadata);
      }
    }
  }

  /** What cannot be deleted stays, as it did before. */
  private static void delete(Path metadata) {
    Path folder = metadata.getParent();
    try {
      Files.deleteIfExists(metadata);
      if (folder != null) {
        try (Stream<Path> files = Files.list(folder)) {
          for (Path file : files.toList()) {
            Files.deleteIfExists(file);
          }
        }
        Files.deleteIfExists(folder);
      }
    } catch (IOException | UncheckedIOException e) {
      System.getLogger(JobRun.class.getName())
          .log(System.Logger.Level.WARNING, "cannot delete the outdated checkpoint " + folder, e);
    }
  }

  private static long modified(Path metadata) {
    try {
      return Files.getLastModifiedTime(metadata).toMillis();
    } catch (IOException e) {
      return 0;
    }
  }

  private static long checkpointNumber(Path metadata) {
    Path folder = metadata.getParent();
    String name = folder == null ? "" : folder.getFileName().toString();
    return name.matches("chk-\\d{1,18}") ? Long.parseLong(name.substring(4)) : 0;
  }

  /** Answers the exit code. */
  int await(StreamExecutionEnvironment environment, String name) throws Exception {
    long start = System.nanoTime();
    JobClient job = environment.executeAsync(name);
    CompletableFuture<JobExecutionResult> end = job.getJobExecutionResult();
    while (true) {
      try {
        JobExecutionResult result = end.get(1, TimeUnit.SECONDS);
        print("done", result.getAllAccumulatorResults(), start);
        return 0;
      } catch (TimeoutException e) {
        if (progress) {
          print("running", accumulators(job), start);
        }
      } catch (ExecutionException e) {
        throw new IngestFailedException(rootMessage(e), e);
      }
    }
  }

  private static Map<String, Object> accumulators(JobClient job) throws InterruptedException {
    try {
      return job.getAccumulators().get(1, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException | IllegalStateException e) {
      return Map.of(); // Not yet, or no more: progress is not worth a failure.
    }
  }

  private void print(String phase, Map<String, Object> accumulators, long start)
      throws IOException {
    double seconds = Duration.ofNanos(System.nanoTime() - start).toMillis() / 1000.0;
    long read = number(accumulators, StageOperator.ROWS_READ);
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("phase", phase);
    line.put("rows_read", read);
    line.put("rows_committed", number(accumulators, CommitOperator.ROWS_COMMITTED));
    line.put("dead_letters", number(accumulators, CommitOperator.DEAD_LETTERS));
    line.put("quota_exceeded", number(accumulators, CommitOperator.QUOTA_EXCEEDED));
    line.put("seconds", seconds);
    line.put("rows_per_s", seconds > 0 ? Math.round(read / seconds) : 0);
    out.println(JSON.writeValueAsString(line));
    out.flush();
  }

  private static long number(Map<String, Object> accumulators, String name) {
    return accumulators.get(name) instanceof Long number ? Math.max(0, number) : 0;
  }

  /** The message of the exception that began it: the engine wraps it many times. */
  static String rootMessage(Throwable e) {
    Throwable root = e;
    for (int depth = 0;
        depth < 50 && root.getCause() != null && !(root instanceof IngestException);
        depth++) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }
}
