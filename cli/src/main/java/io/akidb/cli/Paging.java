package io.akidb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.cli.AkidbCli.Surroundings;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Paths of lists. */
final class Paging {
  private Paging() {}

  static String path(String list, int limit, @Nullable String cursor) {
    return list + "?limit=" + limit + (cursor == null ? "" : "&cursor=" + part(cursor));
  }

  /** A path with one parameter more. */
  static String with(String path, String parameter) {
    return path + (path.contains("?") ? "&" : "?") + parameter;
  }

  /** A text as one part of a path. */
  static String part(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  static void printNext(Surroundings surroundings, JsonNode page) {
    if (page.hasNonNull("next_cursor")) {
      surroundings.err().println("more: --cursor " + page.get("next_cursor").asText());
    }
  }
}
