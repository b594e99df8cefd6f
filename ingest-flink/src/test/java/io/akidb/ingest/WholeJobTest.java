package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.catalog.VectorRecord;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job from its command line to the bucket. */
class WholeJobTest {
  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init") // by setUp
  private Collected collected;

  @BeforeEach
  void setUp() {
    collected = Collected.local(folder);
  }

  @AfterEach
  void tearDown() {
    collected.close();
  }

  /** What the job's last line says. */
  private JsonNode run(String... more) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    List<String> arguments = new ArrayList<>(collected.arguments("--local"));
    arguments.addAll(List.of(more));
    int code = IngestJob.run(out, out, arguments.toArray(String[]::new));
    assertThat(code).as(said.toString(StandardCharsets.UTF_8)).isZero();
    List<String> lines = said.toString(StandardCharsets.UTF_8).lines().toList();
    return Collected.json(lines.get(lines.size() - 1));
  }

  private String file(String name, String... lines) {
    return TestFiles.write(folder.resolve("in").resolve(name), String.join("\n", lines)).toString();
  }

  /** Ids that live, with the first number of their vectors. */
  private Map<String, Float> live() {
    Map<String, Float> live = new TreeMap<>();
    Collected.newest(collected.rows())
        .forEach(
            (id, row) -> {
              float[] vector = row.vector();
              if (vector != null) {
                live.put(id, vector[0]);
              }
            });
    return live;
  }

  private static String upsert(String id, int x, long order) {
    return "{\"id\":\"%s\",\"vector\":[%d,0,0,1],\"order\":%d}".formatted(id, x, order);
  }

  private static String delete(String id, long order) {
    return "{\"id\":\"%s\",\"op\":\"delete\",\"order\":%d}".formatted(id, order);
  }

  @Test
  void job_eventsInAnyOrder_newestOfEachIdWins() {
    String events =
        file(
            "events.jsonl",
            upsert("changed", 2, 20),
            upsert("changed", 1, 10),
            delete("deleted", 40),
            upsert("deleted", 3, 30),
            upsert("back", 6, 60),
            delete("back", 50),
            "nonsense",
            upsert("late", 7, 5));

    JsonNode done = run("--file", events);

    assertThat(live()).isEqualTo(Map.of("changed", 2f, "back", 6f, "late", 7f));
    assertThat(done.get("phase").asText()).isEqualTo("done");
    assertThat(done.get("rows_read").asLong()).isEqualTo(8);
    assertThat(done.get("rows_committed").asLong()).isEqualTo(7);
    assertThat(done.get("dead_letters").asLong()).isEqualTo(1);
    assertThat(collected.deadLetters()).hasSize(1);
    assertThat(collected.below("dead-letters-staged/")).isEmpty();

    // Later runs with older events change nothing, and the same run again neither.
    run("--file", file("older.jsonl", upsert("changed", 9, 19), delete("back", 59)));
    run("--file", events);

    assertThat(live()).isEqualTo(Map.of("changed", 2f, "back", 6f, "late", 7f));
  }

  @Test
  void job_rowsWithoutOrder_areNewerThanAllThereIs() {
    run("--file", file("a.jsonl", upsert("a", 1, Long.MAX_VALUE / 2)));

    run("--file", file("b.jsonl", "{\"id\":\"a\",\"vector\":[2,0,0,1]}"));

    assertThat(live()).isEqualTo(Map.of("a", 2f));
  }

  @Test
  void job_directoryOfAllTypes_bringsEachRow() throws Exception {
    float[][] vectors = {{1, 0, 0, 1}, {2, 0, 0, 1}};
    Path in = folder.resolve("in");
    TestFiles.write(in.resolve("n.npy"), TestFiles.npy("<f2", vectors));
    TestFiles.write(in.resolve("n.jsonl"), "{\"id\":\"n1\",\"kind\":\"x\"}\n{\"id\":\"n2\"}");
    TestFiles.write(in.resolve("f/f.fvecs"), TestFiles.fvecs(vectors));
    TestFiles.write(
        in.resolve("f/f.jsonl"), "{\"id\":\"f1\",\"kind\":\"y\"}\n{\"id\":\"f2\",\"kind\":\"z\"}");
    file("j.jsonl", "{\"id\":\"j1\",\"vector\":[3,0,0,1],\"payload\":{\"kind\":\"x\"}}", "bad");
    file("ignored.txt", "x");
    java.nio.file.Files.copy(
        Path.of(
            java.util.Objects.requireNonNull(getClass().getResource("/golden/lists-snappy.parquet"))
                .toURI()),
        in.resolve("p.parquet"));

    JsonNode done = run("--file", in.toString(), "--parallelism", "3");

    assertThat(live())
        .isEqualTo(
            Map.of(
                "n1", 1f, "n2", 2f, "f1", 1f, "f2", 2f, "j1", 3f, "row-0", 0f, "row-1", 1f, "row-2",
                2f));
    assertThat(done.get("dead_letters").asLong()).isEqualTo(1);
    VectorRecord row = Collected.newest(collected.rows()).get("f2");
    assertThat(TestFiles.payload(row)).isEqualTo("{\"kind\":\"z\"}");
  }

  @Test
  void job_whereAndLimit_bringsOnlyThose() {
    String rows =
        file(
            "j.jsonl",
            "{\"id\":\"a\",\"vector\":[1,0,0,1],\"payload\":{\"kind\":\"x\"}}",
            "{\"id\":\"b\",\"vector\":[2,0,0,1],\"payload\":{\"kind\":\"y\"}}",
            "{\"id\":\"c\",\"vector\":[3,0,0,1],\"payload\":{\"kind\":\"z\"}}",
            "{\"id\":\"d\",\"vector\":[4,0,0,1],\"payload\":{\"kind\":\"x\"}}");

    run("--file", rows, "--where", "kind=x", "--where", "kind=z", "--limit", "3");

    assertThat(live()).isEqualTo(Map.of("a", 1f, "c", 3f));
  }

  @Test
  void job_nothingButBadRows_publishesThemAllAndEndsWell() {
    JsonNode done = run("--file", file("j.jsonl", "one", "two", "{\"id\":\"a\",\"vector\":[1]}"));

    assertThat(done.get("rows_committed").asLong()).isZero();
    assertThat(done.get("dead_letters").asLong()).isEqualTo(3);
    assertThat(collected.deadLetters())
        .extracting(line -> line.get("position").asText())
        .containsExactlyInAnyOrder("row 0", "row 1", "row 2");
    assertThat(collected.rows()).isEmpty();
  }
}
