package io.akidb.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.cli.Json;
import java.util.List;

/** A write of one vector. */
final class DemoWrite {
  private DemoWrite() {}

  static JsonNode body(String id, float[] vector, String definition) {
    ObjectNode payload = Json.object().put("definition", definition);
    payload.set("lemmas", Json.tree(List.of(id)));
    ObjectNode one = Json.object().put("id", id);
    one.set("vector", Json.tree(vector));
    one.set("payload", payload);
    return Json.object().set("vectors", Json.tree(List.of(one)));
  }
}
