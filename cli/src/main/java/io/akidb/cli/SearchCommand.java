package io.akidb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.cli.AkidbCli.Surroundings;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code akidb search}. */
@Command(
    name = "search",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "The vectors nearest to a query.",
    footer = {
      "%nExamples:",
      "  akidb search --collection words --vector-file q.npy --row 3 --k 10",
      "  akidb search --collection words --id n00007846 --filter '{\"category\": \"noun.person\"}'"
    })
final class SearchCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private ServerOptions server = new ServerOptions();

  @Option(names = "--collection", required = true, paramLabel = "NAME", description = "In which.")
  private String collection = "";

  @ArgGroup(multiplicity = "1")
  private Query query = new Query();

  private static final class Query {
    @Option(
        names = "--vector-file",
        paramLabel = "FILE",
        description =
            "A row of an .npy, .fvecs, .bvecs or idx3-ubyte file, or of one of them gzipped.")
    private @Nullable Path vectorFile;

    @Option(names = "--vector", paramLabel = "[X,Y,..]", description = "A JSON list of numbers.")
    private @Nullable String vector;

    @Option(names = "--id", paramLabel = "ID", description = "A stored vector.")
    private @Nullable String id;
  }

  @Option(names = "--row", paramLabel = "N", description = "Of the file, from 0 on.")
  private int row;

  @Option(names = "--k", paramLabel = "K", description = "How many.")
  private int k = 10;

  @Option(names = "--filter", paramLabel = "JSON", description = "Only what matches.")
  private @Nullable String filter;

  @Option(
      names = "--search-list-size",
      paramLabel = "L",
      description = "Greater is slower and better.")
  private @Nullable Integer searchListSize;

  @Option(names = "--recall", paramLabel = "SHARE", description = "Wanted recall, as 0.95.")
  private @Nullable Double recall;

  @Option(names = "--as-of", paramLabel = "GENERATION", description = "Of an older generation.")
  private @Nullable Long asOf;

  @Option(names = "--explain", description = "Tells how it was done.")
  private boolean explain;

  SearchCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    ObjectNode body = Json.object().put("k", k).put("explain", explain);
    body.set("include", Json.tree(new String[] {"payload"}));
    if (query.vectorFile != null) {
      body.set("vector", Json.tree(VectorFile.row(query.vectorFile, row)));
    } else if (query.vector != null) {
      body.set("vector", vector(query.vector));
    } else {
      body.put("id", query.id);
    }
    if (filter != null) {
      body.set("filter", filter(filter));
    }
    if (searchListSize != null) {
      body.put("search_list_size", searchListSize);
    }
    if (recall != null) {
      body.put("recall", recall);
    }
    if (asOf != null) {
      body.put("as_of", asOf);
    }
    try (RestClient client = server.client(surroundings.environment())) {
      print(client.call("POST", "collections/" + Paging.part(collection) + "/search", body));
    }
    return 0;
  }

  private static JsonNode vector(String text) {
    JsonNode vector = Json.parseGiven(text, "--vector");
    if (!vector.isArray()
        || vector.isEmpty()
        || !vector.valueStream().allMatch(JsonNode::isNumber)) {
      throw CliException.usage("--vector must be a JSON list of numbers, as [0.1,0.2]");
    }
    return vector;
  }

  private static JsonNode filter(String text) {
    JsonNode filter = Json.parseGiven(text, "--filter");
    if (!filter.isObject()) {
      throw CliException.usage(
          "--filter must be a JSON object, as '{\"category\": \"noun.person\"}'");
    }
    return filter;
  }

  private void print(JsonNode answer) {
    if (server.isJson()) {
      surroundings.out().println(Json.line(answer));
      return;
    }
    for (JsonNode result : answer.path("results")) {
      surroundings
          .out()
          .println(
              String.format(
                  Locale.ROOT,
                  "%9.5f  %-24s %s",
                  result.path("score").asDouble(),
                  result.path("id").asText(),
                  result.hasNonNull("payload") ? Json.line(result.get("payload")) : ""));
    }
    if (explain) {
      surroundings.out().println(Json.pretty(answer.path("explain")));
    }
  }
}
