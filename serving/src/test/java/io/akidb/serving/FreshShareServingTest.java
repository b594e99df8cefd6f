package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.serving.TestNode.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One tenant that writes until it is refused, and others beside it. */
class FreshShareServingTest {
  private static final int BYTES_MAX = 4_000_000;
  private static final int DIMENSION = 1_024;
  private static final int WRITERS = 12;
  private static final int ROWS_OF_A_WRITE = 32;
  private static final String CREATE =
      "{\"name\": \"c\", \"vector_dim\": " + DIMENSION + ", \"distance\": \"l2\"}";

  private TestNode operator;
  private JsonNode made;
  private TestNode greedy;
  private TestNode other;

  @BeforeEach
  void start(@TempDir Path folder) {
    operator = TestNode.start(folder, "--fresh-bytes-max", Integer.toString(BYTES_MAX));
    made = operator.post("/tenants", "{\"name\": \"greedy\"}").expect(201).json();
    greedy = operator.as(made.path("api_key").asText());
    other =
        operator.as(
            operator
                .post("/tenants", "{\"name\": \"other\"}")
                .expect(201)
                .json()
                .path("api_key")
                .asText());
    greedy.post("/collections", CREATE).expect(201);
    other.post("/collections", CREATE).expect(201);
  }

  @AfterEach
  void stop() {
    operator.close();
  }

  private static Reply write(TestNode tenant, String id) {
    return write(tenant, id, ROWS_OF_A_WRITE);
  }

  private static Reply write(TestNode tenant, String id, int count) {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(
          "{\"id\": \"%s-%d\", \"vector\": [%s1]}".formatted(id, i, "0,".repeat(DIMENSION - 1)));
    }
    return tenant.post("/collections/c/vectors", "{\"vectors\": [" + String.join(",", rows) + "]}");
  }

  private int fill() {
    int written = 0;
    Reply reply = write(greedy, "v" + written);
    while (reply.status() == 200) {
      reply = write(greedy, "v" + ++written);
    }
    assertThat(reply.expect(503).code()).isEqualTo("build_needed");
    assertThat(reply.json().path("detail").asText())
        .contains("this tenant's share")
        .contains("build the index");
    assertThat(reply.header("Retry-After")).isNotEmpty();
    return written;
  }

  private double freshBytes() {
    String text = new String(operator.get("/metrics").http().body(), StandardCharsets.UTF_8);
    return text.lines()
        .filter(line -> line.startsWith("akidb_fresh_bytes "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void tenantAtItsShare_isRefused_andOthersWriteOn() {
    fill();
    assertThat(freshBytes()).isBetween(BYTES_MAX / 2.0, BYTES_MAX * 3 / 4.0);

    for (int i = 0; i < 2; i++) {
      write(other, "v" + i).expect(200);
    }
    write(greedy, "more").expect(503);
    greedy.get("/collections/c/vectors/v0-0").expect(200);

    greedy.delete("/collections/c").expect(204);
    greedy.post("/collections", CREATE).expect(201);
    fill();
  }

  @Test
  void tenantThatIsDeleted_givesItsMemoryBack() {
    fill();
    operator.delete("/tenants/" + made.path("tenant_id").asText()).expect(204);
    assertThat(freshBytes()).isZero();
    write(other, "v").expect(200);
  }

  @Test
  void writesAtOnce_thatAreAcknowledged_areSearchable() throws Exception {
    try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
      List<Future<List<String>>> all = new ArrayList<>();
      for (int w = 0; w < WRITERS; w++) {
        String name = "w" + w + "-";
        all.add(
            writers.submit(
                () -> {
                  List<String> written = new ArrayList<>();
                  while (write(greedy, name + written.size(), 4 * ROWS_OF_A_WRITE).status()
                      == 200) {
                    written.add(name + written.size() + "-0");
                  }
                  return written;
                }));
      }
      for (Future<List<String>> written : all) {
        for (String id : written.get()) {
          greedy.get("/collections/c/vectors/" + id).expect(200);
        }
      }
    }
    assertThat(freshBytes()).isLessThanOrEqualTo(BYTES_MAX);
  }
}
