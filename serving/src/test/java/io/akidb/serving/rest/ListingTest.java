package io.akidb.serving.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ListingTest {
  private static final int ITEM_CHARS = 4 << 20;

  // Sixteen of them are 64 MiB, without names and marks.
  private static final List<String> IDS =
      IntStream.range(0, 20).mapToObj("item-%02d"::formatted).toList();

  private static final JsonMapper LONG_TEXTS = new JsonMapper();

  private static ObjectNode longItem(String id) {
    return Json.object().put("id", id).put("text", "x".repeat(ITEM_CHARS));
  }

  private static JsonNode page(List<String> unreadable, Function<String, ObjectNode> json)
      throws IOException {
    Answer answer =
        Listing.of(
            new Departures(2L * AnswerBytes.BYTES_MAX, System::nanoTime).open(),
            IDS,
            unreadable,
            "item-19",
            id -> id,
            json);
    assertThat(answer.body().size()).isLessThanOrEqualTo(AnswerBytes.BYTES_MAX);
    return LONG_TEXTS.readTree(answer.body().open());
  }

  @Test
  void page_thatFits_isWhole() throws IOException {
    JsonNode page = page(List.of("item-05x"), id -> Json.object().put("id", id));
    assertThat(page.path("items")).hasSize(IDS.size());
    assertThat(page.path("unreadable")).hasSize(1);
    assertThat(page.path("next_cursor").asText()).isEqualTo("item-19");
  }

  @Test
  void page_thatIsTooLong_endsEarlyAndGoesOnBehindItsLastItem() throws IOException {
    JsonNode page = page(List.of("item-05x", "item-18x"), ListingTest::longItem);
    int told = page.path("items").size();
    assertThat(told).isBetween(10, 16);
    assertThat(page.path("next_cursor").asText()).isEqualTo(IDS.get(told - 1));
    assertThat(page.path("unreadable")).hasSize(1);
    assertThat(page.at("/unreadable/0").asText()).isEqualTo("item-05x");
  }
}
