package io.akidb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.cli.AkidbCli.Surroundings;
import java.util.function.Function;

/** Prints a node's answers: as they are with {@code --json}, otherwise in lines for people. */
record Printer(Surroundings surroundings, ServerOptions server) {
  /** Answers the exit code of success. */
  int print(JsonNode answer, String... lines) {
    if (server.isJson()) {
      surroundings.out().println(Json.line(answer));
    } else {
      for (String line : lines) {
        surroundings.out().println(line);
      }
    }
    return 0;
  }

  /** One answer, indented for people. */
  int show(JsonNode answer) {
    return print(answer, Json.pretty(answer));
  }

  /** A page, one item a line, and how to get the next. */
  int page(JsonNode page, Function<JsonNode, String> line) {
    if (server.isJson()) {
      return print(page);
    }
    page.path("items").forEach(item -> surroundings.out().println(line.apply(item)));
    page.path("unreadable")
        .forEach(id -> surroundings.err().println(id.asText() + " cannot be read"));
    Paging.printNext(surroundings, page);
    return 0;
  }
}
