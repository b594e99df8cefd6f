package io.akidb.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.akidb.bench.data.TestFiles;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The whole command, with engines in processes of their own. */
class BenchCommandTest {
  private static final boolean IS_LINUX = OS.LINUX.isCurrentOs();

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path source;

  @BeforeEach
  void writeSource() throws Exception {
    source = Files.createDirectory(folder.resolve("tiny"));
    TestFiles.fvecs(source.resolve("base.fvecs"), TestFiles.vectors(600, 16, 1));
    TestFiles.fvecs(source.resolve("query.fvecs"), TestFiles.vectors(50, 16, 2));
  }

  private int run(String... arguments) {
    return BenchCommand.run(
        folder.resolve("home"),
        folder.resolve("native"),
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        arguments);
  }

  @Test
  void quantizers_each_isScoredAndDrawn() throws Exception {
    Path json = folder.resolve("out.json");
    Path svg = folder.resolve("out.svg");
    assertThat(
            run(
                "--data",
                source.toString(),
                "--quantizers",
                "--json",
                json.toString(),
                "--svg",
                svg.toString()))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).contains("tiny: 600 x 16, L2").contains("| sq8 | 20 |");
    JsonNode results = new ObjectMapper().readTree(json.toFile()).get("results");
    // Three lengths of PQ and OPQ each, and one of the three others.
    assertThat(results).hasSize(9);
    for (JsonNode result : results) {
      JsonNode recalls = result.get("recalls");
      for (int i = 1; i < recalls.size(); i++) {
        assertThat(recalls.get(i).asDouble()).isGreaterThanOrEqualTo(recalls.get(i - 1).asDouble());
      }
      assertThat(recalls.get(3).asDouble()).isGreaterThan(0.7);
      assertThat(result.get("bytesPerVector").asInt()).isPositive();
      assertThat(result.get("estimateNanos").asDouble()).isPositive();
    }
    assertThat(svg).content().contains("rabitq", "opq", "polyline");
  }

  @Test
  void bench_twoEngines_printsDrawsAndWritesBoth() throws Exception {
    Path json = folder.resolve("out.json");
    Path svg = folder.resolve("out.svg");
    String[] arguments = {
      "--data",
      source.toString(),
      "--engines",
      "akidb,lucene",
      "--rounds",
      "1",
      "--heap",
      "256m",
      "--warm-millis",
      "1",
      "--millis",
      "1",
      "--filtered",
      IS_LINUX ? "--cold" : "--reuse=none",
      "--json",
      json.toString(),
      "--svg",
      svg.toString()
    };
    assertThat(run(arguments)).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("tiny: 600 x 16, L2, 50 queries")
        .contains("| akidb default", "| lucene hnsw");
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertThat(report.get("results")).hasSize(2);
    assertThat(report.get("filtered")).hasSize(8);
    assertThat(report.get("cold")).hasSize(IS_LINUX ? 2 : 0);
    for (JsonNode cold : report.get("cold")) {
      assertThat(cold.get("recall").asDouble()).isGreaterThan(0.9);
    }
    for (JsonNode filtered : report.get("filtered")) {
      assertThat(filtered.get("point").get("recall").asDouble()).isGreaterThan(0.9);
    }
    for (JsonNode result : report.get("results")) {
      assertThat(result.get("build").get("cpuSeconds").asDouble()).isPositive();
      JsonNode points = result.get("curve").get("points");
      assertThat(points.get(points.size() - 1).get("recall").asDouble()).isGreaterThan(0.9);
      assertThat(points.get(0).get("p50Micros").asDouble()).isPositive();
    }
    assertThat(svg).content().contains("akidb default", "lucene hnsw");

    out.getBuffer().setLength(0);
    assertThat(
            run(
                "--data",
                source.toString(),
                "--engines",
                "akidb",
                "--rounds",
                "1",
                "--heap",
                "256m",
                "--warm-millis",
                "1",
                "--millis",
                "1",
                "--reuse",
                "akidb"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).contains("akidb default (built before)");
  }

  @Test
  void bench_unknownEngineOrData_failsWithAWord() {
    assertThat(run("--data", source.toString(), "--engines", "elastic")).isEqualTo(1);
    assertThat(err.toString()).contains("no engine 'elastic'");
    assertThat(run("--data", folder.resolve("none").toString())).isEqualTo(1);
    assertThat(err.toString()).contains("name a folder, a file, or s1m");
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("--data is missing");
    assertThat(run("--kernels", "nothingOfThatName")).isEqualTo(1);
    assertThat(err.toString()).contains("no benchmark matches");
  }

  /**
   * Stands for the Python environment, which a unit test does not install: libraries that are not
   * there.
   */
  @Test
  void bench_nativeLibrariesThatAreMissing_areNoted() throws Exception {
    Path scripts = Files.createDirectory(folder.resolve("native"));
    Files.writeString(
        scripts.resolve("setup.sh"),
        "echo false; echo faiss-cpu==1; echo scann==1; echo scalable-vs==1");
    assertThat(
            run(
                "--data",
                source.toString(),
                "--engines",
                "lucene",
                "--rounds",
                "1",
                "--native",
                "--heap",
                "256m",
                "--warm-millis",
                "1",
                "--millis",
                "1"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString())
        .contains("| lucene hnsw")
        .contains("Note: scann==1 could not be installed")
        .contains("Note: hnswlib failed on this data set");
    Files.writeString(scripts.resolve("setup.sh"), "exit 2");
    assertThat(run("--data", source.toString(), "--native")).isEqualTo(1);
    assertThat(err.toString()).contains("leave --native out");
  }

  @Test
  void bench_engineThatCannotStart_showsItsLog() {
    assertThat(run("--data", source.toString(), "--engines", "akidb", "--heap", "1k")).isEqualTo(1);
    assertThat(err.toString()).contains("an engine ended").contains("whole log");
  }
}
