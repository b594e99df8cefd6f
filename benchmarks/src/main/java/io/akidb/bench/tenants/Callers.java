package io.akidb.bench.tenants;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.akidb.bench.BenchException;
import java.io.IOException;

/** Makes callers, by an operator's calls, in the tenant {@code default}. */
final class Callers {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Callers() {}

  /** The API key of a user who may search. */
  static String viewer(NodeClient operator) {
    return field(
        operator, "/v1/api-keys", NodeProcess.OPERATOR_KEY, "{\"role\":\"viewer\"}", "api_key");
  }

  /** A token of the platform's own, made with a key. */
  static String token(NodeClient client, String key) {
    return field(client, "/v1/auth/token", key, "{\"lifetime_secs\":3600}", "access_token");
  }

  /**
   * The API key of somebody who sees half of the rows.
   *
   * @param role a name for it that is free
   */
  static String filteredViewer(NodeClient operator, String role) {
    String body =
        "{\"name\":\""
            + role
            + "\",\"permissions\":[\"vectors.search\"],\"row_filter\":{\""
            + CollectionBuild.SHELF
            + "\":{\"$lt\":5}}}";
    operator.send(HttpConnection.request("POST", "/v1/roles", NodeProcess.OPERATOR_KEY, body));
    return field(
        operator,
        "/v1/api-keys",
        NodeProcess.OPERATOR_KEY,
        "{\"role\":\"" + role + "\"}",
        "api_key");
  }

  private static String field(
      NodeClient client, String path, String key, String body, String name) {
    HttpConnection.Reply reply = client.send(HttpConnection.request("POST", path, key, body));
    try {
      return JSON.readTree(reply.body()).required(name).asText();
    } catch (IOException | IllegalArgumentException e) {
      throw new BenchException(path + " answered without " + name, e);
    }
  }
}
