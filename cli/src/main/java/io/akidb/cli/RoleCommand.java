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

/** {@code akidb role}. */
@Command(
    name = "role",
    mixinStandardHelpOptions = true,
    description = "A tenant's own roles, beside admin, editor and viewer. They never change.",
    footer =
        "%nExample: akidb role create eu-reader --permission collections.read,vectors.search"
            + " --row-filter '{\"region\": \"eu\"}'")
final class RoleCommand {
  private final Surroundings surroundings;

  RoleCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Command(description = "Creates a role.", mixinStandardHelpOptions = true)
  int create(
      @Mixin ServerOptions server,
      @Parameters(paramLabel = "NAME", description = "Lower-case letters, digits, - and _.")
          String name,
      @Option(
              names = "--permission",
              required = true,
              split = ",",
              paramLabel = "NAME",
              description = "As collections.read or vectors.search; may be given again.")
          List<String> permissions,
      @Option(
              names = "--row-filter",
              paramLabel = "JSON",
              description = "Only rows that match it exist for whoever has the role.")
          @Nullable String filter) {
    ObjectNode body = Json.object().put("name", name);
    body.set("permissions", Json.tree(permissions));
    if (filter != null) {
      JsonNode tree = Json.parseGiven(filter, "--row-filter");
      if (!tree.isObject()) {
        throw CliException.usage("--row-filter must be a JSON object as {\"region\": \"eu\"}");
      }
      body.set("row_filter", tree);
    }
    try (RestClient client = server.client(surroundings.environment())) {
      return new Printer(surroundings, server)
          .print(client.call("POST", "roles", body), "created " + name);
    }
  }

  @Command(
      description = "Lists the tenant's own roles; 'get' knows the others, too.",
      mixinStandardHelpOptions = true)
  int list(@Mixin ServerOptions server, @Mixin PageOptions page) {
    try (RestClient client = server.client(surroundings.environment())) {
      return new Printer(surroundings, server)
          .page(client.call("GET", page.path("roles"), null), RoleCommand::line);
    }
  }

  private static String line(JsonNode role) {
    List<String> permissions =
        role.path("permissions").valueStream().map(JsonNode::asText).toList();
    return role.path("name").asText()
        + "  "
        + String.join(",", permissions)
        + (role.has("row_filter") ? "  where " + Json.line(role.get("row_filter")) : "");
  }

  @Command(
      aliases = "show",
      description = "Shows a role, built-in ones too.",
      mixinStandardHelpOptions = true)
  int get(@Mixin ServerOptions server, @Parameters(paramLabel = "NAME") String name) {
    try (RestClient client = server.client(surroundings.environment())) {
      return new Printer(surroundings, server)
          .show(client.call("GET", "roles/" + Paging.part(name), null));
    }
  }

  @Command(
      description =
          "Deletes a role; whoever was granted it is refused there until the grant is revoked.",
      mixinStandardHelpOptions = true)
  int delete(@Mixin ServerOptions server, @Parameters(paramLabel = "NAME") String name) {
    try (RestClient client = server.client(surroundings.environment())) {
      return new Printer(surroundings, server)
          .print(client.call("DELETE", "roles/" + Paging.part(name), null), "deleted " + name);
    }
  }
}
