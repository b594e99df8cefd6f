package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.serving.TestNode.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As many rows as may be asked for, whose vectors and payloads are too long together. */
class LargeAnswersServingTest {
  private static final int ROWS = 1_000;
  private static final int ROWS_OF_A_WRITE = 250;
  private static final int DIMENSION = 256;
  private static final int PAYLOAD_CHARS = 65_400;
  private static final int ANSWER_BYTES_MAX = 64 << 20;

  private static void fill(TestNode node) {
    node.post("/collections", "{\"name\": \"c\", \"vector_dim\": %d}".formatted(DIMENSION))
        .expect(201);
    String vector = "0.12345678,".repeat(DIMENSION - 1) + "1";
    String payload = "{\"text\": \"" + "x".repeat(PAYLOAD_CHARS) + "\"}";
    for (int from = 0; from < ROWS; from += ROWS_OF_A_WRITE) {
      String rows =
          IntStream.range(from, from + ROWS_OF_A_WRITE)
              .mapToObj(
                  i ->
                      "{\"id\": \"v%03d\", \"vector\": [%s], \"payload\": %s}"
                          .formatted(i, vector, payload))
              .collect(Collectors.joining(","));
      node.post("/collections/c/vectors", "{\"vectors\": [" + rows + "]}").expect(200);
    }
  }

  private static String ids(int count) {
    return IntStream.range(0, count)
        .mapToObj("\"v%03d\""::formatted)
        .collect(Collectors.joining(",", "{\"ids\": [", "]}"));
  }

  @Test
  void answers_haveABoundInBytes_andSayHowToGoOn(@TempDir Path folder) {
    try (TestNode node = TestNode.start(folder)) {
      fill(node);

      Reply refused = node.post("/collections/c/vectors/fetch", ids(ROWS)).expect(413);
      assertThat(refused.code()).isEqualTo("too_large");
      assertThat(refused.json().get("detail").asText()).contains("64 MiB").contains("fewer ids");
      node.post("/collections/c/vectors/fetch", ids(ROWS / 10)).expect(200);

      List<String> listed = new ArrayList<>();
      String next = "";
      int pages = 0;
      while (next != null) {
        String path = "/collections/c/vectors?limit=" + ROWS + "&include=payload,vector" + next;
        Reply page = node.get(path).expect(200);
        assertThat(page.http().body()).hasSizeLessThanOrEqualTo(ANSWER_BYTES_MAX);
        for (JsonNode item : page.json().path("items")) {
          listed.add(item.path("id").asText());
        }
        JsonNode cursor = page.json().path("next_cursor");
        next = cursor.isNull() ? null : "&cursor=" + cursor.asText();
        pages++;
      }
      assertThat(pages).isEqualTo(2);
      assertThat(listed).hasSize(ROWS).doesNotHaveDuplicates().isSorted();
    }
  }
}
