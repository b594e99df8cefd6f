package io.akidb.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.cli.AkidbCli.Surroundings;

/**
 * What users and service accounts have in common: one list on the node, told apart by their kind.
 *
 * @param kind as the node says it
 * @param nameField where the node has their names
 */
record Members(Surroundings surroundings, String kind, String nameField) {
  int create(ServerOptions server, PlatformOptions platform, String name, GrantOptions grants) {
    ObjectNode body = Json.object().put("kind", kind).put(nameField, name);
    grants.putInto(body);
    try (RestClient client = server.client(surroundings.environment())) {
      JsonNode user = client.call("POST", platform.path("users"), body);
      return new Printer(surroundings, server)
          .print(
              user,
              "user_id     " + user.path("user_id").asText(),
              "grants      " + GrantOptions.lineOf(user.path("grants")),
              "api_key_id  " + user.path("api_key_id").asText(),
              "api_key     " + user.path("api_key").asText() + "   (shown this once)");
    }
  }

  int list(ServerOptions server, PlatformOptions platform, PageOptions options) {
    try (RestClient client = server.client(surroundings.environment())) {
      ObjectNode page = client.call("GET", platform.path(options.path("users")), null).deepCopy();
      ArrayNode mine = page.arrayNode();
      page.path("items")
          .valueStream()
          .filter(user -> user.path("kind").asText().equals(kind))
          .forEach(mine::add);
      page.set("items", mine);
      return new Printer(surroundings, server).page(page, this::line);
    }
  }

  private String line(JsonNode user) {
    return user.path("user_id").asText()
        + "  "
        + user.path(nameField).asText()
        + "  ("
        + GrantOptions.lineOf(user.path("grants"))
        + ")";
  }

  int get(ServerOptions server, PlatformOptions platform, String id) {
    try (RestClient client = server.client(surroundings.environment())) {
      return new Printer(surroundings, server)
          .show(client.call("GET", platform.path("users/" + Paging.part(id)), null));
    }
  }

  int delete(ServerOptions server, PlatformOptions platform, String id) {
    try (RestClient client = server.client(surroundings.environment())) {
      JsonNode answer = client.call("DELETE", platform.path("users/" + Paging.part(id)), null);
      return new Printer(surroundings, server)
          .print(answer, "deleted " + id, "its keys work no longer");
    }
  }
}
