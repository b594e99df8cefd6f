package io.akidb.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.akidb.bench.BenchException;
import io.akidb.bench.data.DataCache;
import io.akidb.bench.data.PreparedData;
import io.akidb.bench.measure.Trial;
import io.akidb.diskann.DistanceMetric;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each library as the benchmark uses it: it must find what is there, or its figures are worth
 * nothing.
 */
class EnginesTest {
  private static final int ROWS = 600;

  @TempDir static Path shared;
  private static PreparedData data;

  @TempDir Path folder;

  @BeforeAll
  static void generate() {
    data = new PreparedData(new DataCache(shared, text -> {}).prepare("s1m", ROWS, 40, null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"akidb", "jvector", "lucene"})
  void engine_builtAndOpened_findsNeighbours(String name) {
    Engine engine = Engines.of(name);
    Map<String, BuildCost> costs = engine.build(data, folder, 2);
    assertThat(costs).containsOnlyKeys(engine.modes());
    assertThat(engine.parameters()).isSorted().first().isEqualTo(10);
    for (String mode : engine.modes()) {
      BuildCost cost = costs.get(mode);
      assertThat(cost.wallSeconds()).isPositive();
      assertThat(cost.cpuSeconds()).isPositive();
      // NVQ keeps a byte of a component, all others its four.
      assertThat(cost.bytes()).isGreaterThan(ROWS * 128L * (mode.contains("nvq") ? 1 : 4));
      try (Searcher searcher = engine.open(data.meta(), folder, mode)) {
        Passes passes = new Passes(data.queries());
        Trial trial = passes.run(searcher, 100, data.truth());
        assertThat(trial.recall()).as("%s %s", name, mode).isGreaterThan(0.9);
        assertThat(trial.queriesPerSecond()).isPositive();
        assertThat(trial.p99Micros()).isGreaterThanOrEqualTo(trial.p50Micros());
        assertThat(trial.answersMin()).isEqualTo(10);
        assertFilters(searcher);
      }
    }
  }

  private static void assertFilters(Searcher searcher) {
    BitSet even = new BitSet();
    for (int row = 0; row < ROWS; row += 2) {
      even.set(row);
    }
    searcher.filter(even);
    int[] rows = new int[10];
    assertThat(searcher.search(data.queries()[0], 10, 100, rows)).isEqualTo(10);
    assertThat(Arrays.stream(rows).filter(even::get).count()).isEqualTo(10);
    BitSet few = new BitSet();
    few.set(7);
    few.set(ROWS - 1);
    searcher.filter(few);
    assertThat(searcher.search(data.queries()[0], 10, 100, rows)).isEqualTo(2);
    assertThat(new int[] {rows[0], rows[1]}).containsExactlyInAnyOrder(7, ROWS - 1);
    searcher.filter(null);
    searcher.search(data.queries()[0], 10, 100, rows);
    assertThat(rows).contains(data.truth()[0][0]);
  }

  @ParameterizedTest
  @CsvSource({"L2,EUCLIDEAN", "COSINE,DOT_PRODUCT", "DOT,DOT_PRODUCT"})
  void jvectorSimilarity_ofMetric_ordersAlike(DistanceMetric metric, String similarity) {
    assertThat(JVectorEngine.similarity(metric)).hasToString(similarity);
  }

  @Test
  void of_unknownName_namesThoseThatAre() {
    assertThatThrownBy(() -> Engines.of("elastic"))
        .isInstanceOf(BenchException.class)
        .hasMessageContaining("akidb, akidb-pq");
  }

  @Test
  @EnabledOnOs(OS.LINUX) // elsewhere a program cannot empty the page cache
  void worker_asks_areAnsweredLineByLine() throws IOException {
    data.addFilter(0.1, 1);
    String asks =
        lines(
            Ask.describe(),
            Ask.build(1),
            Ask.pass("default", 20, null, 0),
            Ask.pass("default", 20, "0.1", 0),
            Ask.pass("default", 20, null, 1),
            Ask.cold("default", 20),
            Ask.pass("default", 20, "0.1", 0));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new EngineWorker(Engines.of("akidb"), data, folder)
        .serve(
            new BufferedReader(new StringReader(asks)),
            new PrintStream(out, true, StandardCharsets.UTF_8));
    List<JsonNode> answers =
        out.toString(StandardCharsets.UTF_8).lines().map(line -> json(line.substring(1))).toList();
    assertThat(answers).hasSize(7);
    assertThat(answers.get(0).get("modes").get(0).asText()).isEqualTo("default");
    assertThat(answers.get(1).get("default").get("bytes").asLong()).isPositive();
    assertThat(answers.get(2)).hasSize(1);
    assertThat(answers.get(2).get(0).get("recall").asDouble()).isGreaterThan(0.5);
    assertThat(answers.get(3).get(0).get("recall").asDouble()).isGreaterThan(0.5);
    assertThat(answers.get(4).get(0).get("recall").asDouble())
        .isEqualTo(answers.get(2).get(0).get("recall").asDouble());
    // Where a disk is waited for, all that a read brings is looked at.
    assertThat(answers.get(5).get(0).get("recall").asDouble())
        .isGreaterThanOrEqualTo(answers.get(2).get(0).get("recall").asDouble() - 0.01);
    assertThat(answers.get(6).get(0).get("recall").asDouble())
        .isEqualTo(answers.get(3).get(0).get("recall").asDouble());
  }

  @Test
  void worker_unknownAsk_isRefused() {
    EngineWorker worker = new EngineWorker(Engines.of("akidb"), data, folder);
    String asks = lines(new Ask("dance", 0, null, 0, null, 0));
    assertThatThrownBy(() -> worker.serve(new BufferedReader(new StringReader(asks)), System.out))
        .hasMessageContaining("cannot dance");
  }

  private static String lines(Ask... asks) {
    StringBuilder lines = new StringBuilder();
    for (Ask ask : asks) {
      try {
        lines.append(new ObjectMapper().writeValueAsString(ask)).append('\n');
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    return lines.toString();
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
