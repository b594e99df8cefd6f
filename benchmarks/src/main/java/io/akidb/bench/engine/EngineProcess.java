package io.akidb.bench.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.akidb.bench.BenchException;
import io.akidb.bench.measure.Trial;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The other end of an {@link EngineWorker}, in whatever language that one is written. */
public final class EngineProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LOG_LINES_SHOWN = 15;
  private static final int END_SECONDS_MAX = 20;

  private final Process process;
  private final BufferedReader answers;
  private final Writer asks;
  private final Path log;

  /**
   * Starts a worker.
   *
   * @param log takes what it writes to its standard error
   */
  public EngineProcess(List<String> command, Map<String, String> environment, Path log) {
    this.log = log;
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
    builder.environment().putAll(environment);
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new BenchException("cannot start " + command.getFirst() + ": " + e.getMessage(), e);
    }
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    asks = process.outputWriter(StandardCharsets.UTF_8);
  }

  /** What it says of itself. */
  public Ask.Description describe() {
    return ask(Ask.describe(), new TypeReference<>() {});
  }

  /** Builds, and answers the cost by mode. */
  public Map<String, BuildCost> build(int threads) {
    return ask(Ask.build(threads), new TypeReference<>() {});
  }

  /** Passes over all queries. */
  public List<Trial> pass(Ask pass) {
    return ask(pass, new TypeReference<>() {});
  }

  private <T> T ask(Ask question, TypeReference<T> type) {
    try {
      asks.write(JSON.writeValueAsString(question) + "\n");
      asks.flush();
      for (String line = answers.readLine(); line != null; line = answers.readLine()) {
        if (line.startsWith(EngineWorker.ANSWER)) {
          return JSON.readValue(line.substring(EngineWorker.ANSWER.length()), type);
        }
      }
    } catch (JsonProcessingException e) {
      throw new BenchException("an engine's answer cannot be read: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new BenchException("an engine ended while it was asked:\n" + logEnd(), e);
    }
    throw new BenchException("an engine ended before it answered:\n" + logEnd());
  }

  private String logEnd() {
    try (Stream<String> lines = Files.lines(log)) {
      List<String> all = lines.toList();
      return String.join("\n", all.subList(Math.max(0, all.size() - LOG_LINES_SHOWN), all.size()))
          + "\n(whole log: "
          + log
          + ")";
    } catch (IOException e) {
      return "(no log at " + log + ")";
    }
  }

  /** Ends the process: by the end of its input, and by force where that does not do. */
  @Override
  public void close() {
    try {
      asks.close();
      if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
