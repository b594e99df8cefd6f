package io.akidb.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.akidb.bench.data.TestFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The measurements of a node, small, with real processes. */
class NodeBenchCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return BenchCommand.run(
        folder.resolve("home"),
        folder.resolve("native"),
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        arguments);
  }

  private JsonNode json() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("out.json").toFile());
  }

  @Test
  void tenants_aFew_areWrittenSearchedListedAndCounted() throws Exception {
    String[] arguments = {
      "--tenants=3",
      "--collections=2",
      "--collection-rows=20",
      "--searches=10",
      "--idle-secs=0",
      "--node-heap=256m",
      "--node-flag=usage-count-secs=1",
      "--reuse=tenants",
      "--json=" + folder.resolve("out.json")
    };
    assertThat(run(arguments)).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("3 tenants x 2 collections x 20 vectors", "| search, warm")
        .contains("| after a write in each");
    JsonNode report = json();
    assertThat(report.at("/touched/openCollections").asInt()).isEqualTo(3);
    assertThat(report.at("/written/openCollections").asInt()).isEqualTo(6);
    assertThat(report.at("/started/heapBytes").asLong()).isPositive();
    assertThat(report.at("/first/all/calls").asInt()).isEqualTo(3);
    assertThat(report.at("/first/requestsPerCall").asDouble()).isBetween(4.0, 20.0);
    // The folders and one head each.
    assertThat(report.at("/listing/collectionsRequests").asInt()).isBetween(3, 20);
  }

  @Test
  void isolation_smallCollection_isSearchedInEachWay() throws Exception {
    Path source = Files.createDirectory(folder.resolve("tiny"));
    TestFiles.fvecs(source.resolve("base.fvecs"), TestFiles.vectors(300, 16, 1));
    TestFiles.fvecs(source.resolve("query.fvecs"), TestFiles.vectors(20, 16, 2));
    String[] arguments = {
      "--isolation",
      "--data=" + source,
      "--forks=1",
      "--rounds=2",
      "--searches=20",
      "--warm-searches=20",
      "--node-heap=256m",
      "--json=" + folder.resolve("out.json")
    };
    assertThat(run(arguments)).as(err.toString()).isZero();
    assertThat(out.toString()).contains("tiny: 300 x 16", "| tenants, roles: JWT");
    JsonNode ways = json().get("ways");
    assertThat(ways).hasSize(6);
    assertThat(ways.at("/0/p50Share").asDouble()).isEqualTo(1);
    for (JsonNode way : ways) {
      assertThat(way.get("p50Ms").asDouble()).isPositive();
      assertThat(way.get("p99Ms").asDouble()).isGreaterThanOrEqualTo(way.get("p50Ms").asDouble());
    }
  }

  @Test
  void isolation_withoutData_isAskedForIt() {
    assertThat(run("--isolation")).isEqualTo(2);
    assertThat(err.toString()).contains("--data is missing");
  }

  @Test
  void nodeThatDoesNotStart_isToldWithWhatItSaid() {
    assertThat(
            run("--tenants=1", "--collections=1", "--collection-rows=5", "--node-flag=nonsense=1"))
        .isEqualTo(1);
    assertThat(err.toString()).contains("the node did not start", "nonsense");
  }

  @Test
  void policies_tooFewOrNotByTheScript_areRefused() {
    assertThat(run("--policies=2")).isEqualTo(1);
    assertThat(err.toString())
        .contains(System.getenv("AKIDB_HOME") == null ? "AKIDB_HOME" : "4 or more");
  }
}
