package io.akidb.policies.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * How far a chain had come, with what its batch can be found by.
 *
 * @param link its last batch
 * @param lastAtMs time of that batch's last event, milliseconds since 1970; -1 if the chain's head,
 *     of an older version, does not say
 */
record Witnessed(Link link, long lastAtMs) {
  private static final String AT = "at_ms";

  ObjectNode json() {
    ObjectNode json = link.json();
    return lastAtMs < 0 ? json : json.put(AT, lastAtMs);
  }

  /**
   * Reads what {@link #json} made.
   *
   * @throws CorruptAuditException if it is none
   */
  static Witnessed of(JsonNode json) {
    return new Witnessed(Link.of(json), json.path(AT).asLong(-1));
  }

  /** The batch's key in the platform's log, if it can be told. */
  Optional<String> key() {
    return lastAtMs < 0
        ? Optional.empty()
        : Optional.of(AuditKeys.LOG + new BatchName(lastAtMs, link.chain(), link.number()).text());
  }
}
