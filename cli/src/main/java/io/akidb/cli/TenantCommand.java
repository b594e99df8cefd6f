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

/** {@code akidb tenant}. */
@Command(
    name = "tenant",
    mixinStandardHelpOptions = true,
    description = "Tenants, for an operator.",
    footer = "%nExample: akidb tenant create acme --max-collections 10 --api-key $OPERATOR_KEY")
final class TenantCommand {
  private final Surroundings surroundings;

  TenantCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Command(
      description = "Creates a tenant and shows its first API key, once.",
      mixinStandardHelpOptions = true)
  int create(
      @Mixin ServerOptions server,
      @Parameters(paramLabel = "NAME", description = "For people; need not be unique.") String name,
      @Option(
              names = "--max-storage-bytes",
              paramLabel = "N",
              description = "Quota; none unless given, as with each.")
          @Nullable Long maxStorageBytes,
      @Option(names = "--max-collections", paramLabel = "N", description = "Quota.")
          @Nullable Long maxCollections,
      @Option(names = "--max-vectors-per-collection", paramLabel = "N", description = "Quota.")
          @Nullable Long maxVectors,
      @Option(
              names = "--api-rate-limit-per-second",
              paramLabel = "N",
              description = "Calls a second that each node takes.")
          @Nullable Long rateLimit,
      @Option(
              names = "--metadata",
              paramLabel = "KEY=VALUE",
              description = "Kept and shown; may be given again.")
          @Nullable Map<String, String> metadata) {
    ObjectNode body = Json.object().put("name", name);
    ObjectNode quotas = Json.object();
    put(quotas, "max_storage_bytes", maxStorageBytes);
    put(quotas, "max_collections", maxCollections);
    put(quotas, "max_vectors_per_collection", maxVectors);
    put(quotas, "api_rate_limit_per_second", rateLimit);
    if (!quotas.isEmpty()) {
      body.set("quotas", quotas);
    }
    if (metadata != null) {
      body.set("metadata", Json.tree(metadata));
    }
    try (RestClient client = server.client(surroundings.environment())) {
      JsonNode tenant = client.call("POST", "tenants", body);
      return print(
          server,
          tenant,
          "tenant_id  " + tenant.path("tenant_id").asText(),
          "api_key    " + tenant.path("api_key").asText() + "   (shown this once)");
    }
  }

  @Command(description = "Lists tenants.", mixinStandardHelpOptions = true)
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
      JsonNode page = client.call("GET", Paging.path("tenants", limit, cursor), null);
      if (server.isJson()) {
        return print(server, page);
      }
      page.path("items")
          .forEach(
              tenant ->
                  surroundings
                      .out()
                      .println(
                          tenant.path("tenant_id").asText() + "  " + tenant.path("name").asText()));
      Paging.printNext(surroundings, page);
      return 0;
    }
  }

  @Command(description = "Shows a tenant.", mixinStandardHelpOptions = true)
  int get(@Mixin ServerOptions server, @Parameters(paramLabel = "ID") String id) {
    try (RestClient client = server.client(surroundings.environment())) {
      JsonNode tenant = client.call("GET", "tenants/" + Paging.part(id), null);
      return print(server, tenant, Json.pretty(tenant));
    }
  }

  @Command(
      description = "Deletes a tenant: it is refused from now on.",
      mixinStandardHelpOptions = true)
  int delete(@Mixin ServerOptions server, @Parameters(paramLabel = "ID") String id) {
    try (RestClient client = server.client(surroundings.environment())) {
      JsonNode answer = client.call("DELETE", "tenants/" + Paging.part(id), null);
      return print(server, answer, "deleted " + id);
    }
  }

  private int print(ServerOptions server, JsonNode answer, String... lines) {
    if (server.isJson()) {
      surroundings.out().println(Json.line(answer));
    } else {
      for (String line : lines) {
        surroundings.out().println(line);
      }
    }
    return 0;
  }

  private static void put(ObjectNode object, String name, @Nullable Long value) {
    if (value != null) {
      object.put(name, value);
    }
  }
}
