package io.akidb.serving.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a change asks for, as the audit log keeps it: the fields of the body that say who gets what.
 * Only fields that are named here are taken, so that no vector, no payload and no secret can get
 * into the log by being sent; each is bounded, and long lists are cut and counted. Of grants that
 * are cut all roles are told, so that none is hidden behind others.
 */
final class AuditedBody {
  private static final int ITEMS_MAX = 20;
  private static final int TEXT_LENGTH_MAX = 1024;

  /** By action; one without an entry has no body, or none that is put on record. */
  private static final Map<String, List<String>> FIELDS =
      Map.ofEntries(
          Map.entry("tenants.create", List.of("name", "quotas")),
          Map.entry("tenants.update", List.of("name", "quotas")),
          Map.entry("users.create", List.of("email", "name", "kind", "role", "grants")),
          Map.entry(
              "users.roles", List.of("role", "collection", "collection_prefix", "expires_at")),
          Map.entry("roles.create", List.of("name", "permissions", "row_filter")),
          Map.entry("api-keys.create", List.of("name", "user_id", "role", "grants", "expires_at")),
          Map.entry("api-keys.rotate", List.of("overlap_secs")),
          Map.entry("auth.token", List.of("lifetime_secs")),
          Map.entry(
              "collections.create",
              List.of("name", "vector_dim", "distance", "index_type", "attributes")),
          Map.entry("collections.vectors.delete", List.of("ids", "filter")),
          Map.entry("collections.index", List.of("type", "parameters")));

  private AuditedBody() {}

  /** Whether it is known what of such a change's body is put on record. */
  static boolean knows(String action) {
    return FIELDS.containsKey(action);
  }

  /** The detail of a change; empty if its body cannot be read, which its handler will say. */
  static SortedMap<String, String> of(String action, Call call) {
    SortedMap<String, String> detail = new TreeMap<>();
    List<String> fields = FIELDS.getOrDefault(action, List.of());
    if (fields.isEmpty() || call.body().size() == 0) {
      return detail;
    }
    JsonNode body;
    try {
      body = call.tree();
    } catch (IOException e) {
      return detail;
    }
    for (String field : fields) {
      JsonNode value = body.path(field);
      if (!value.isMissingNode() && !value.isNull()) {
        put(detail, field, value);
      }
    }
    return detail;
  }

  /** Puts one value, as JSON unless it is a text; of a long list the start and the count. */
  static void put(Map<String, String> detail, String name, JsonNode value) {
    JsonNode told = value;
    boolean cut = false;
    if (value instanceof ArrayNode list && list.size() > ITEMS_MAX) {
      ArrayNode start = Json.MAPPER.createArrayNode();
      for (int i = 0; i < ITEMS_MAX; i++) {
        start.add(list.get(i));
      }
      told = start;
      cut = true;
      detail.put(name + "_count", Integer.toString(list.size()));
    }
    String text = told.isTextual() ? told.textValue() : told.toString();
    if (text.length() > TEXT_LENGTH_MAX) {
      text = text.substring(0, TEXT_LENGTH_MAX) + "…";
      cut = true;
    }
    detail.put(name, text);
    String roles = cut && value.isArray() ? roles(value) : "";
    if (!roles.isEmpty()) {
      detail.put(name + "_roles", roles);
    }
  }

  /** The names of roles in a list of grants, each once, those of the whole tenant first. */
  private static String roles(JsonNode grants) {
    Set<String> whole = new LinkedHashSet<>();
    Set<String> narrow = new LinkedHashSet<>();
    for (JsonNode grant : grants) {
      boolean narrows = grant.hasNonNull("collection") || grant.hasNonNull("collection_prefix");
      String role = grant.path("role").asText();
      if (!role.isEmpty()) {
        (narrows ? narrow : whole).add(role);
      }
    }
    whole.addAll(narrow);
    return String.join(",", whole);
  }
}
