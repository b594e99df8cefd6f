package io.akidb.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.cli.CliException;
import io.akidb.cli.Json;
import io.akidb.cli.RestClient;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One of the demonstration's two tenants, with its one collection.
 *
 * @param collection its name; the tenant's too
 * @param tenantId that the node gave
 * @param apiKey that the node showed once
 * @param partsOfSpeech of its rows
 * @param rows of the data set, in order
 */
record DemoTenant(
    String collection,
    String tenantId,
    String apiKey,
    List<String> partsOfSpeech,
    List<Integer> rows) {

  /** Has a tenant and its collection made, in the operator's name and then in its own. */
  static DemoTenant create(
      URI node, RestClient operator, String name, List<String> partsOfSpeech, DemoData data) {
    List<Integer> rows = data.rowsOf(partsOfSpeech);
    if (rows.isEmpty()) {
      throw CliException.usage(
          "--data: no row has a part_of_speech of " + String.join(", ", partsOfSpeech));
    }
    JsonNode tenant = operator.call("POST", "tenants", Json.object().put("name", name));
    DemoTenant created =
        new DemoTenant(
            name,
            tenant.path("tenant_id").asText(),
            tenant.path("api_key").asText(),
            partsOfSpeech,
            rows);
    ObjectNode collection =
        Json.object()
            .put("name", name)
            .put("vector_dim", data.dimension())
            .put("distance", "cosine");
    collection.set(
        "attributes",
        Json.object()
            .put("part_of_speech", "string")
            .put("category", "string")
            .put("lemmas", "string[]")
            .put("frequency", "long")
            .put("relations", "long"));
    try (RestClient own = created.client(node)) {
      own.call("POST", "collections", collection);
    }
    return created;
  }

  /** Calls in this tenant's name. */
  RestClient client(URI node) {
    return new RestClient(node, apiKey, null);
  }

  /** A search's body. */
  static ObjectNode search(float[] vector, int k, @Nullable JsonNode filter, boolean withPayload) {
    ObjectNode body = Json.object().put("k", k);
    body.set("vector", Json.tree(vector));
    if (filter != null) {
      body.set("filter", filter);
    }
    body.set("include", Json.tree(withPayload ? List.of("payload") : List.of()));
    return body;
  }

  String searchPath() {
    return "collections/" + collection + "/search";
  }
}
