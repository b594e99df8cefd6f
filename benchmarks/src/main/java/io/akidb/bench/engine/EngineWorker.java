package io.akidb.bench.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.akidb.bench.BenchException;
import io.akidb.bench.data.PreparedData;
import io.akidb.bench.measure.Trial;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An engine in a process of its own, so that its garbage and its compiled code are nobody else's.
 * Reads an {@link Ask} a line and answers a line of JSON after {@value #ANSWER}; other lines of its
 * output are chatter of the library.
 */
public final class EngineWorker {
  /** What an answer begins with. */
  public static final String ANSWER = "@";

  private static final int COLD_QUERIES = 200;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Engine engine;
  private final PreparedData data;
  private final Path folder;

  private final float[][] queries;
  private final Passes passes;
  private int[][] truth;
  private @Nullable String filter;
  private @Nullable String mode;
  private @Nullable Searcher searcher;

  /** Of an engine, a data set and the folder of the index. */
  EngineWorker(Engine engine, PreparedData data, Path folder) {
    this.engine = engine;
    this.data = data;
    this.folder = folder;
    this.queries = data.queries();
    this.passes = new Passes(queries);
    this.truth = data.truth();
  }

  /** Arguments: engine, folder of the data set, folder of the index. Ends with its input. */
  public static void main(String... arguments) throws IOException {
    EngineWorker worker =
        new EngineWorker(
            Engines.of(arguments[0]),
            new PreparedData(Path.of(arguments[1])),
            Path.of(arguments[2]));
    worker.serve(
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), System.out);
  }

  void serve(BufferedReader in, PrintStream out) throws IOException {
    try {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        Object answer = answer(JSON.readValue(line, Ask.class));
        out.println(ANSWER + JSON.writeValueAsString(answer));
        out.flush();
      }
    } finally {
      close();
    }
  }

  private Object answer(Ask ask) {
    return switch (ask.action()) {
      case Ask.DESCRIBE ->
          new Ask.Description(
              engine.name(), engine.description(), engine.modes(), engine.parameters());
      case Ask.BUILD -> engine.build(data, folder, ask.threads());
      case Ask.PASS -> pass(ask);
      case Ask.COLD -> List.of(cold(ask));
      default -> throw new BenchException("a worker cannot " + ask.action());
    };
  }

  private List<Trial> pass(Ask ask) {
    Searcher opened = opened(Objects.requireNonNull(ask.mode()));
    if (!Objects.equals(filter, ask.filter())) {
      filter = ask.filter();
      truth = filter == null ? data.truth() : data.filteredTruth(filter);
      opened.filter(filter == null ? null : data.filteredRows(filter));
    }
    List<Trial> trials = new ArrayList<>();
    long start = System.nanoTime();
    do {
      trials.add(passes.run(opened, ask.parameter(), truth));
    } while (System.nanoTime() - start < ask.millis() * 1_000_000L);
    return trials;
  }

  /** Opening an index is not timed, but what it reads is in the cache when the query comes. */
  private Trial cold(Ask ask) {
    close();
    truth = data.truth();
    filter = null;
    String wanted = Objects.requireNonNull(ask.mode());
    int count = Math.min(COLD_QUERIES, data.meta().queries());
    List<Trial> single = new ArrayList<>();
    try {
      PageCache.flush(folder);
      for (int q = 0; q < count; q++) {
        PageCache.evict(folder);
        try (Searcher fresh = engine.open(data.meta(), folder, wanted)) {
          single.add(
              new Passes(new float[][] {queries[q]})
                  .run(fresh, ask.parameter(), new int[][] {truth[q]}));
        }
      }
    } catch (IOException e) {
      throw new BenchException("cannot empty the page cache of " + folder, e);
    }
    return Trial.ofSingleQueries(single);
  }

  private void close() {
    if (searcher != null) {
      searcher.close();
      searcher = null;
    }
  }

  private Searcher opened(String wanted) {
    if (searcher == null || !wanted.equals(mode)) {
      close();
      searcher = engine.open(data.meta(), folder, wanted);
      mode = wanted;
      truth = data.truth();
      filter = null;
    }
    return searcher;
  }
}
