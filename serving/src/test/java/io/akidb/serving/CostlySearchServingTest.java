package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.serving.TestNode.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searches that are allowed by the number of what they ask for, and cost far too much. */
class CostlySearchServingTest {
  private static final int ROWS = 250;
  private static final int PAYLOAD_CHARS = 60_000;
  private static final int VECTORS_MAX = 256;
  private static final int CLAUSES = 20;

  @TempDir Path folder;

  private TestNode filled(String... flags) {
    TestNode node = TestNode.start(folder, flags);
    node.post("/collections", "{\"name\": \"c\", \"vector_dim\": 2}").expect(201);
    String payload = "{\"text\": \"" + "x".repeat(PAYLOAD_CHARS) + "\", \"a\": 1}";
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      rows.add("{\"id\": \"v%d\", \"vector\": [1, %d], \"payload\": %s}".formatted(i, i, payload));
    }
    node.post("/collections/c/vectors", "{\"vectors\": [" + String.join(",", rows) + "]}")
        .expect(200);
    return node;
  }

  // It reads each payload once for each vector and clause: minutes on any machine.
  private static String endless() {
    List<String> clauses = Collections.nCopies(CLAUSES, "{\"a\": {\"$gte\": 0}}").stream().toList();
    return "{\"vectors\": ["
        + String.join(",", Collections.nCopies(VECTORS_MAX, "[1, 1]"))
        + "], \"k\": 390, \"include\": [], \"filter\": {\"$and\": ["
        + String.join(",", clauses)
        + "]}}";
  }

  @Test
  void search_thatTakesTooLong_isRefusedAndSaysWhatToDo() {
    try (TestNode node = filled("--search-secs-max", "1")) {
      Reply refused = node.post("/collections/c/search", endless()).expect(413);
      assertThat(refused.json().get("detail").asText())
          .contains("longer than the 1 s")
          .contains("declare the attributes");
    }
  }

  @Test
  void health_isAnsweredWhileMoreSearchesComputeThanThereAreProcessors() throws Exception {
    int searches = Runtime.getRuntime().availableProcessors() + 2;
    AtomicInteger ended = new AtomicInteger();
    AtomicBoolean enough = new AtomicBoolean();
    try (TestNode node = filled("--search-secs-max", "3");
        ExecutorService callers = Executors.newFixedThreadPool(searches)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < searches; i++) {
        running.add(
            callers.submit(
                () -> {
                  // Another one in its place, however late the last of them begins.
                  while (!enough.get()) {
                    node.post("/collections/c/search", endless()).expect(413);
                    ended.incrementAndGet();
                  }
                }));
      }
      try {
        TestNode.await(
            "health to be told while all of them compute",
            () -> {
              int before = ended.get();
              if (inFlight(node) < searches) {
                return false;
              }
              node.get("/health/live").expect(200);
              return inFlight(node) >= searches && ended.get() == before;
            });
      } finally {
        enough.set(true);
      }
      for (Future<?> search : running) {
        search.get();
      }
    }
  }

  private static double inFlight(TestNode node) {
    String metrics = new String(node.get("/metrics").http().body(), StandardCharsets.UTF_8);
    return metrics
        .lines()
        .filter(line -> line.startsWith("akidb_http_requests_in_flight "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void answer_thatWouldFillTheMemory_isRefusedAndSaysWhatToDo() {
    try (TestNode node = filled()) {
      String vectors = String.join(",", Collections.nCopies(16, "[1, 1]"));
      Reply refused =
          node.post("/collections/c/search", "{\"vectors\": [" + vectors + "], \"k\": 390}")
              .expect(413);
      assertThat(refused.json().get("detail").asText()).contains("64 MiB").contains("include");
      node.post(
              "/collections/c/search",
              "{\"vectors\": [" + vectors + "], \"k\": 390, \"include\": []}")
          .expect(200);
    }
  }
}
