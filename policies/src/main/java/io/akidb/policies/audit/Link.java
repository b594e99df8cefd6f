package io.akidb.policies.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A batch of a chain, named by what cannot be faked: its hash.
 *
 * @param chain whose
 * @param number of the batch
 * @param sha256 of the whole object, hexadecimal
 */
record Link(String chain, long number, String sha256) {
  ObjectNode json() {
    return Json.object().put("chain", chain).put("number", number).put("sha256", sha256);
  }

  /**
   * Reads what {@link #json} made.
   *
   * @throws CorruptAuditException if it is none
   */
  static Link of(JsonNode json) {
    Link link =
        new Link(
            json.path("chain").asText(),
            json.path("number").asLong(-1),
            json.path("sha256").asText());
    if (!BatchName.isChain(link.chain) || link.number < 0 || link.sha256.length() != 64) {
      throw new CorruptAuditException("this names no batch", null);
    }
    return link;
  }
}
