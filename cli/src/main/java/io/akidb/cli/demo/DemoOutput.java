package io.akidb.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import io.akidb.cli.Json;
import java.io.PrintStream;
import java.util.Locale;

/** What the demonstration tells people, and its figures for machines. For one thread. */
final class DemoOutput {
  private final PrintStream out;
  private final ObjectNode figures = Json.object();
  private int step;

  DemoOutput(PrintStream out) {
    this.out = out;
  }

  void step(String title) {
    out.println();
    out.println(++step + ". " + title);
  }

  @FormatMethod
  void line(@FormatString String format, Object... values) {
    out.println("   " + String.format(Locale.ROOT, format, values));
  }

  /** A whole number under its name. */
  void figure(String name, long value) {
    figures.put(name, value);
  }

  /** A number under its name, to four digits behind the point. */
  void figure(String name, double value) {
    figures.put(name, Math.round(value * 10_000) / 10_000.0);
  }

  /** A text under its name. */
  void figure(String name, String value) {
    figures.put(name, value);
  }

  JsonNode figures() {
    return figures;
  }

  /** A result in words: the lemmas and the definition, as far as there are any. */
  void neighbour(JsonNode result) {
    JsonNode payload = result.path("payload");
    StringBuilder words = new StringBuilder();
    for (JsonNode lemma : payload.path("lemmas")) {
      words.append(words.isEmpty() ? "" : ", ").append(lemma.asText());
    }
    String definition = payload.path("definition").asText();
    line(
        "   %.3f  %s",
        result.path("score").asDouble(),
        words.isEmpty() && definition.isEmpty()
            ? result.path("id").asText()
            : shortened(words + ": " + definition));
  }

  private static String shortened(String text) {
    int most = 88;
    return text.length() <= most ? text : text.substring(0, most - 1) + "…";
  }
}
