package io.akidb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.cli.AkidbCli.Surroundings;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code akidb collection}. */
@Command(
    name = "collection",
    mixinStandardHelpOptions = true,
    description = "Collections of a tenant.",
    footer =
        "%nExample: akidb collection create products --dim 768 --distance cosine"
            + " --attribute category=string --attribute price=double")
final class CollectionCommand {
  private final Surroundings surroundings;

  CollectionCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Command(description = "Creates a collection.", mixinStandardHelpOptions = true)
  int create(
      @Mixin ServerOptions server,
      @Parameters(paramLabel = "NAME") String name,
      @Option(names = "--dim", required = true, paramLabel = "N", description = "1 to 4096.")
          int dimension,
      @Option(
              names = "--distance",
              defaultValue = "cosine",
              paramLabel = "METRIC",
              description = "cosine, l2 or dot.")
          String distance,
      @Option(
              names = "--index-type",
              defaultValue = "diskann",
              paramLabel = "TYPE",
              description = "diskann or flat.")
          String indexType,
      @Option(
              names = "--attribute",
              paramLabel = "NAME=TYPE",
              description = "Types: string, string[], long, double, boolean.")
          @Nullable Map<String, String> attributes) {
    ObjectNode body =
        Json.object()
            .put("name", name)
            .put("vector_dim", dimension)
            .put("distance", distance)
            .put("index_type", indexType);
    if (attributes != null) {
      body.set("attributes", Json.tree(attributes));
    }
    try (RestClient client = server.client(surroundings.environment())) {
      JsonNode created = client.call("POST", "collections", body);
      surroundings.out().println(server.isJson() ? Json.line(created) : "created " + name);
      return 0;
    }
  }

  @Command(description = "Lists collections.", mixinStandardHelpOptions = true)
  int list(
      @Mixin ServerOptions server,
      @Option(
              names = "--limit",
              defaultValue = "100",
              paramLabel = "N",
              description = "Most of a page; 100.")
          int limit,
      @Option(
              names = "--cursor",
              paramLabel = "TEXT",
              description = "The page that an earlier one named as its next.")
          @Nullable String cursor) {
    try (RestClient client = server.client(surroundings.environment())) {
      JsonNode page = client.call("GET", Paging.path("collections", limit, cursor), null);
      if (server.isJson()) {
        surroundings.out().println(Json.line(page));
        return 0;
      }
      page.path("items").forEach(item -> surroundings.out().println(line(item)));
      Paging.printNext(surroundings, page);
      return 0;
    }
  }

  private static String line(JsonNode collection) {
    String name = collection.path("name").asText();
    return collection.path("unreadable").asBoolean()
        ? name + "  (its manifest cannot be read)"
        : name;
  }

  @Command(description = "Shows schema, counts, sizes and index.", mixinStandardHelpOptions = true)
  int get(@Mixin ServerOptions server, @Parameters(paramLabel = "NAME") String name) {
    try (RestClient client = server.client(surroundings.environment())) {
      JsonNode collection = client.call("GET", "collections/" + Paging.part(name), null);
      surroundings.out().println(server.isJson() ? Json.line(collection) : Json.pretty(collection));
      return 0;
    }
  }

  @Command(description = "Deletes a collection and all in it.", mixinStandardHelpOptions = true)
  int delete(@Mixin ServerOptions server, @Parameters(paramLabel = "NAME") String name) {
    try (RestClient client = server.client(surroundings.environment())) {
      JsonNode answer = client.call("DELETE", "collections/" + Paging.part(name), null);
      surroundings.out().println(server.isJson() ? Json.line(answer) : "deleted " + name);
      return 0;
    }
  }
}
