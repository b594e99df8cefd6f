package io.akidb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.cli.AkidbCli.Surroundings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code akidb key}. */
@Command(
    name = "key",
    mixinStandardHelpOptions = true,
    description = "API keys of a tenant, of its users, and of operators.",
    footer = {
      "%nExamples:",
      "  akidb key create --name nightly-job --role editor --expires-at 2030-01-31T12:00:00Z",
      "  akidb key rotate KEY_ID --overlap-secs 3600"
    })
final class KeyCommand {
  private final Surroundings surroundings;

  KeyCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Command(
      description = {
        "Creates an API key and shows it, once.",
        "With --user it may do what the user may, and no more than its own grants say, if any."
      },
      mixinStandardHelpOptions = true)
  int create(
      @Mixin ServerOptions server,
      @Mixin PlatformOptions platform,
      @Option(names = "--name", paramLabel = "TEXT", description = "For people.")
          @Nullable String name,
      @Option(
              names = "--user",
              paramLabel = "ID",
              description = "Whose; the tenant's own unless given.")
          @Nullable String user,
      @Option(
              names = "--expires-at",
              paramLabel = "TIME",
              description = "Until when it works, as 2030-01-31T12:00:00Z.")
          @Nullable String expiresAt,
      @Mixin GrantOptions grants) {
    ObjectNode body = Json.object();
    put(body, "name", name);
    put(body, "user_id", user);
    put(body, "expires_at", expiresAt);
    grants.putInto(body);
    try (RestClient client = server.client(surroundings.environment())) {
      return issued(server, client.call("POST", platform.path("api-keys"), body));
    }
  }

  private static void put(ObjectNode body, String name, @Nullable String value) {
    if (value != null) {
      body.put(name, value);
    }
  }

  private int issued(ServerOptions server, JsonNode key) {
    return new Printer(surroundings, server)
        .print(
            key,
            "api_key_id  " + key.path("api_key_id").asText(),
            "api_key     " + key.path("api_key").asText() + "   (shown this once)");
  }

  @Command(description = "Lists API keys by their prefixes.", mixinStandardHelpOptions = true)
  int list(
      @Mixin ServerOptions server,
      @Mixin PlatformOptions platform,
      @Mixin PageOptions page,
      @Option(
              names = "--created-with",
              paramLabel = "ID",
              description = "Only those that were made by showing this key, or by these.")
          @Nullable String createdWith) {
    String path = platform.path(page.path("api-keys"));
    try (RestClient client = server.client(surroundings.environment())) {
      JsonNode keys =
          client.call(
              "GET",
              createdWith == null
                  ? path
                  : Paging.with(path, "created_with=" + Paging.part(createdWith)),
              null);
      return new Printer(surroundings, server).page(keys, KeyCommand::line);
    }
  }

  private static String line(JsonNode key) {
    StringBuilder line = new StringBuilder(key.path("api_key_id").asText());
    line.append("  ").append(key.path("prefix").asText());
    if (key.hasNonNull("name")) {
      line.append("  ").append(key.get("name").asText());
    }
    if (key.hasNonNull("user_id")) {
      line.append("  of ").append(key.get("user_id").asText());
    }
    if (key.has("grants")) {
      line.append("  (").append(GrantOptions.lineOf(key.get("grants"))).append(')');
    }
    if (key.hasNonNull("expires_at")) {
      line.append("  until ").append(key.get("expires_at").asText());
    }
    return line.toString();
  }

  @Command(
      aliases = "show",
      description = "Shows everything but the secret.",
      mixinStandardHelpOptions = true)
  int get(
      @Mixin ServerOptions server,
      @Mixin PlatformOptions platform,
      @Parameters(paramLabel = "ID") String id) {
    try (RestClient client = server.client(surroundings.environment())) {
      return new Printer(surroundings, server)
          .show(client.call("GET", platform.path(path(id)), null));
    }
  }

  private static String path(String id) {
    return "api-keys/" + Paging.part(id);
  }

  @Command(
      description = "Creates a key that may do the same, and shows it, once.",
      mixinStandardHelpOptions = true)
  int rotate(
      @Mixin ServerOptions server,
      @Mixin PlatformOptions platform,
      @Parameters(paramLabel = "ID") String id,
      @Option(
              names = "--overlap-secs",
              paramLabel = "N",
              description = "How long the old one works on; an hour unless given, at most 30 days.")
          @Nullable Long overlapSecs) {
    ObjectNode body = Json.object();
    if (overlapSecs != null) {
      body.put("overlap_secs", overlapSecs);
    }
    try (RestClient client = server.client(surroundings.environment())) {
      return issued(server, client.call("POST", platform.path(path(id) + "/rotate"), body));
    }
  }

  @Command(
      aliases = "delete",
      description = "Revokes a key, on every node within a second.",
      mixinStandardHelpOptions = true)
  int revoke(
      @Mixin ServerOptions server,
      @Mixin PlatformOptions platform,
      @Parameters(paramLabel = "ID") String id,
      @Option(
              names = "--with-created",
              description = "Also those made by showing it, by these, and so on; it may be gone.")
          boolean withCreated) {
    String path = platform.path(path(id));
    try (RestClient client = server.client(surroundings.environment())) {
      JsonNode answer =
          client.call("DELETE", withCreated ? Paging.with(path, "with_created=true") : path, null);
      return new Printer(surroundings, server).print(answer, "revoked " + id);
    }
  }
}
