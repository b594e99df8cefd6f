package io.akidb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.cli.process.Child;
import io.akidb.cli.process.Installation;
import io.akidb.cli.process.Program;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs the Flink job and the Spark job as child processes, and shows how far they are. */
public final class Jobs {
  private static final int LOGS_KEPT = 100;
  private static final Pattern LOG_NAME = Pattern.compile("(ingest|build)-\\d+\\.log");

  private final Installation installation;
  private final PrintStream err;
  private final Map<String, String> environment;

  /**
   * Prepares.
   *
   * @param err for progress
   * @param environment of the children, over this process's own
   */
  public Jobs(Installation installation, PrintStream err, Map<String, String> environment) {
    this.installation = installation;
    this.err = err;
    this.environment = environment;
  }

  /**
   * A job's end.
   *
   * @param code of the process
   * @param lines that it ended its parts with: a {@code done} or {@code summary} each
   * @param log where the rest stands
   */
  public record Ended(int code, List<JsonNode> lines, String log) {
    /** What to tell a person of a job that failed. */
    public String failure(String what) {
      return what + " failed (" + Child.end(code) + "):\n" + log;
    }
  }

  /** Streams vectors in. */
  public Ended ingest(@Nullable String heap, List<String> arguments) {
    List<String> all = new ArrayList<>(List.of("--local", "--progress"));
    all.addAll(arguments);
    return run(Program.INGEST, heap, all);
  }

  /** Builds. */
  public Ended build(@Nullable String heap, List<String> arguments) {
    List<String> all = new ArrayList<>(List.of("--progress"));
    all.addAll(arguments);
    return run(Program.BUILD, heap, all);
  }

  private Ended run(Program program, @Nullable String heap, List<String> arguments) {
    Path log = log(program);
    ProgressLine progress = ProgressLine.of(err);
    List<JsonNode> ends = new ArrayList<>();
    try (Child child =
        Child.start(
            installation.command(program, heap, arguments),
            environment,
            log,
            line -> take(line, progress, ends))) {
      int code = child.await();
      return new Ended(code, List.copyOf(ends), child.lastLines());
    } finally {
      progress.end();
    }
  }

  private Path log(Program program) {
    Path folder = installation.state().resolve("logs");
    forgetOldLogs(folder);
    String name = program.name().toLowerCase(Locale.ROOT);
    return folder.resolve(name + "-" + ProcessHandle.current().pid() + ".log");
  }

  /** A job that runs every minute must not fill the disk: the newest logs stay. */
  static void forgetOldLogs(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> old =
          files
              .filter(file -> LOG_NAME.matcher(file.getFileName().toString()).matches())
              .sorted(Comparator.comparingLong(Jobs::modified).reversed())
              .skip(LOGS_KEPT)
              .toList();
      for (Path file : old) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // Tidying is worth no failure of a job.
    }
  }

  private static long modified(Path file) {
    return file.toFile().lastModified();
  }

  private static void take(String line, ProgressLine progress, List<JsonNode> ends) {
    if (!line.startsWith("{")) {
      return;
    }
    JsonNode said = Json.parse(line, "a job's progress");
    String kind = said.path("type").asText(said.path("phase").asText());
    switch (kind) {
      case "done", "summary" -> {
        synchronized (ends) {
          ends.add(said);
        }
      }
      case "running" ->
          progress.update(
              String.format(
                  Locale.ROOT,
                  "  ingest: %,d rows read, %,d committed, %,d a second",
                  said.path("rows_read").asLong(),
                  said.path("rows_committed").asLong(),
                  said.path("rows_per_s").asLong()));
      default ->
          progress.update(
              String.format(
                  Locale.ROOT,
                  "  build of %s: %3.0f %%, %s, %.0f s",
                  said.path("collection").asText(),
                  100 * said.path("fraction").asDouble(),
                  said.path("phase").asText(),
                  said.path("elapsed_s").asDouble()));
    }
  }
}
