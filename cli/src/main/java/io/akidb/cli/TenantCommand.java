package io.akidb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.cli.AkidbCli.Surroundings;
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
      @Mixin QuotaOptions quotas) {
    ObjectNode body = Json.object().put("name", name);
    quotas.putInto(body);
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
          @Nullable String cursor,
      @Option(
              names = "--state",
              paramLabel = "STATE",
              description = "active, suspended, deleted or purging; the first two unless given.")
          @Nullable String state) {
    String path = Paging.path("tenants", limit, cursor);
    try (RestClient client = server.client(surroundings.environment())) {
      JsonNode page =
          client.call("GET", state == null ? path : path + "&state=" + Paging.part(state), null);
      return new Printer(surroundings, server).page(page, TenantCommand::line);
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
      description = "Changes a tenant's name, quotas or metadata; what is not given stays.",
      mixinStandardHelpOptions = true)
  int update(
      @Mixin ServerOptions server,
      @Parameters(paramLabel = "ID") String id,
      @Option(names = "--name", paramLabel = "NAME", description = "For people.")
          @Nullable String name,
      @Mixin QuotaOptions quotas) {
    if (name == null && quotas.isEmpty()) {
      throw CliException.usage("give what to change: --name, a quota or --metadata");
    }
    String path = "tenants/" + Paging.part(id);
    try (RestClient client = server.client(surroundings.environment())) {
      RestClient.Answer before = client.require(client.send("GET", path, null));
      JsonNode tenant = before.json();
      ObjectNode body =
          Json.object().put("name", name == null ? tenant.path("name").asText() : name);
      body.set("quotas", tenant.path("quotas"));
      body.set("metadata", tenant.path("metadata"));
      quotas.putInto(body);
      // Refused if somebody else has changed it since it was read.
      RestClient.Answer changed =
          client.require(client.send("PUT", path, body, before.etag().orElse(null)));
      return print(server, changed.json(), Json.pretty(changed.json()));
    }
  }

  @Command(
      description = "Refuses all calls in a tenant's name until it is resumed.",
      mixinStandardHelpOptions = true)
  int suspend(@Mixin ServerOptions server, @Parameters(paramLabel = "ID") String id) {
    return move(server, id, "suspend", "suspended " + id);
  }

  @Command(description = "Ends a suspension.", mixinStandardHelpOptions = true)
  int resume(@Mixin ServerOptions server, @Parameters(paramLabel = "ID") String id) {
    return move(server, id, "resume", "resumed " + id);
  }

  @Command(
      description = "Takes a deletion back, as long as its purge date is not past.",
      mixinStandardHelpOptions = true)
  int restore(@Mixin ServerOptions server, @Parameters(paramLabel = "ID") String id) {
    return move(server, id, "restore", "restored " + id);
  }

  private int move(ServerOptions server, String id, String verb, String done) {
    try (RestClient client = server.client(surroundings.environment())) {
      JsonNode tenant =
          client.call("POST", "tenants/" + Paging.part(id) + "/" + verb, Json.object());
      return print(server, tenant, done);
    }
  }

  @Command(
      description = "Deletes a tenant: it is refused from now on, and can be restored for a while.",
      mixinStandardHelpOptions = true)
  int delete(@Mixin ServerOptions server, @Parameters(paramLabel = "ID") String id) {
    String path = "tenants/" + Paging.part(id);
    try (RestClient client = server.client(surroundings.environment())) {
      JsonNode answer = client.call("DELETE", path, null);
      if (server.isJson()) {
        return print(server, answer);
      }
      String until = client.call("GET", path, null).path("purge_at").asText();
      return print(
          server, answer, "deleted " + id, "'akidb tenant restore' brings it back until " + until);
    }
  }

  /** An id, a name, and the state where it is not the usual one. */
  private static String line(JsonNode tenant) {
    String state = tenant.path("state").asText();
    String line = tenant.path("tenant_id").asText() + "  " + tenant.path("name").asText();
    return switch (state) {
      case "active" -> line;
      case "deleted" -> line + "  (deleted, purged from " + tenant.path("purge_at").asText() + ")";
      default -> line + "  (" + state + ")";
    };
  }

  private int print(ServerOptions server, JsonNode answer, String... lines) {
    return new Printer(surroundings, server).print(answer, lines);
  }
}
