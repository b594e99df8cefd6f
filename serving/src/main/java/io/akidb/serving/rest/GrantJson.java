package io.akidb.serving.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.policies.Grant;
import io.akidb.policies.InvalidPolicyException;
import io.akidb.policies.User;
import io.akidb.serving.problem.ServingException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Grants as callers write and read them. */
final class GrantJson {
  static final List<String> FIELDS =
      List.of("role", "collection", "collection_prefix", "expires_at");

  private GrantJson() {}

  /** One grant; what is wrong is named by its pointer. */
  static Grant parse(Fields fields) {
    try {
      return new Grant(
          fields.requiredText("role"),
          fields.text("collection").orElse(null),
          fields.text("collection_prefix").orElse(null),
          fields.text("expires_at").orElse(null));
    } catch (InvalidPolicyException e) {
      throw ServingException.invalid(fields.pointer(e.field()), String.valueOf(e.getMessage()));
    }
  }

  /**
   * {@code "role": "viewer"}, which holds in the whole tenant, and {@code "grants": [...]}; null if
   * there is neither.
   */
  static @Nullable List<Grant> parseAll(Fields body) {
    List<Grant> grants = new ArrayList<>();
    body.text("role").ifPresent(role -> grants.add(whole(role)));
    JsonNode list = body.tree("grants").orElse(null);
    if (list == null) {
      return grants.isEmpty() ? null : grants;
    }
    if (!list.isArray() || list.size() > User.GRANTS_MAX) {
      throw ServingException.invalid(
          body.pointer("grants"), "must be a list of at most " + User.GRANTS_MAX + " grants");
    }
    for (int i = 0; i < list.size(); i++) {
      grants.add(parse(Fields.of(list.get(i), body.pointer("grants") + "/" + i, FIELDS)));
    }
    return grants;
  }

  private static Grant whole(String role) {
    return new Grant(role, null, null, null);
  }

  static ArrayNode json(List<Grant> grants) {
    ArrayNode array = Json.MAPPER.createArrayNode();
    for (Grant grant : grants) {
      ObjectNode json = array.addObject();
      json.put("role", grant.role());
      put(json, "collection", grant.collection());
      put(json, "collection_prefix", grant.collectionPrefix());
      put(json, "expires_at", grant.expiresAt());
    }
    return array;
  }

  static void put(ObjectNode json, String name, @Nullable String value) {
    if (value != null) {
      json.put(name, value);
    }
  }
}
