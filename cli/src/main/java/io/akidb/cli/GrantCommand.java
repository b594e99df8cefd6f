package io.akidb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.cli.AkidbCli.Surroundings;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code akidb grant}. */
@Command(
    name = "grant",
    mixinStandardHelpOptions = true,
    description = "Roles of users and service accounts: where, and until when.",
    footer = {
      "%nExamples:",
      "  akidb grant create USER_ID editor --collection-prefix eu- --expires-at 2030-01-31T12:00:00Z",
      "  akidb grant explain vectors.search --collection eu-shoes --user USER_ID"
    })
final class GrantCommand {
  private final Surroundings surroundings;

  GrantCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Command(
      description = "Grants a role, of which the caller must have every permission itself.",
      mixinStandardHelpOptions = true)
  int create(
      @Mixin ServerOptions server,
      @Mixin PlatformOptions platform,
      @Parameters(paramLabel = "USER_ID", description = "A service account's, too.") String user,
      @Parameters(paramLabel = "ROLE") String role,
      @Option(
              names = "--collection",
              paramLabel = "NAME",
              description = "Where it holds; in the whole tenant unless given.")
          @Nullable String collection,
      @Option(
              names = "--collection-prefix",
              paramLabel = "PREFIX",
              description = "It holds where names start so, also in collections to come.")
          @Nullable String prefix,
      @Option(
              names = "--expires-at",
              paramLabel = "TIME",
              description = "Until when, as 2030-01-31T12:00:00Z.")
          @Nullable String expiresAt) {
    ObjectNode grant = Json.object().put("role", role);
    GrantOptions.putWhere(grant, collection, prefix);
    if (expiresAt != null) {
      grant.put("expires_at", expiresAt);
    }
    try (RestClient client = server.client(surroundings.environment())) {
      return print(server, client.call("POST", platform.path(path(user)), grant));
    }
  }

  private static String path(String user) {
    return "users/" + Paging.part(user) + "/roles";
  }

  @Command(description = "Lists a user's grants.", mixinStandardHelpOptions = true)
  int list(
      @Mixin ServerOptions server,
      @Mixin PlatformOptions platform,
      @Parameters(paramLabel = "USER_ID") String user) {
    try (RestClient client = server.client(surroundings.environment())) {
      return print(server, client.call("GET", platform.path("users/" + Paging.part(user)), null));
    }
  }

  private int print(ServerOptions server, JsonNode user) {
    List<String> lines = user.path("grants").valueStream().map(GrantOptions::line).toList();
    return new Printer(surroundings, server).print(user, lines.toArray(String[]::new));
  }

  @Command(
      aliases = "delete",
      description = "Takes all grants of a role away, and shows what is left.",
      mixinStandardHelpOptions = true)
  int revoke(
      @Mixin ServerOptions server,
      @Mixin PlatformOptions platform,
      @Parameters(paramLabel = "USER_ID") String user,
      @Parameters(paramLabel = "ROLE") String role) {
    String path = platform.path(path(user) + "/" + Paging.part(role));
    try (RestClient client = server.client(surroundings.environment())) {
      return print(server, client.call("DELETE", path, null));
    }
  }

  @Command(
      description = "Why a user, a key, or the caller may or may not do something.",
      mixinStandardHelpOptions = true)
  int explain(
      @Mixin ServerOptions server,
      @Parameters(paramLabel = "PERMISSION", description = "As vectors.search.") String permission,
      @Option(
              names = "--collection",
              paramLabel = "NAME",
              description = "Where; in the whole tenant unless given.")
          @Nullable String collection,
      @Option(names = "--user", paramLabel = "ID", description = "Whether this one may.")
          @Nullable String user,
      @Option(names = "--key", paramLabel = "ID", description = "Whether this one may.")
          @Nullable String key) {
    ObjectNode body = Json.object().put("permission", permission);
    put(body, "collection", collection);
    put(body, "user_id", user);
    put(body, "api_key_id", key);
    try (RestClient client = server.client(surroundings.environment())) {
      JsonNode answer = client.call("POST", "authz/explain", body);
      String decided = answer.path("decision").asText() + ": " + answer.path("reason").asText();
      JsonNode filters = answer.path("row_filters");
      return new Printer(surroundings, server)
          .print(
              answer,
              filters.isEmpty() ? decided : decided + "; only rows of " + Json.line(filters));
    }
  }

  private static void put(ObjectNode body, String name, @Nullable String value) {
    if (value != null) {
      body.put(name, value);
    }
  }
}
