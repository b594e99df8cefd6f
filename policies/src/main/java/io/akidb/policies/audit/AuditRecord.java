package io.akidb.policies.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.tenancy.InvalidNameException;
import io.akidb.tenancy.TenantId;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An event as it stands in the log.
 *
 * @param at by the clock of the node, in milliseconds; never before the event before it in its
 *     chain
 * @param node who wrote it
 * @param event what happened
 */
public record AuditRecord(Instant at, String node, AuditEvent event) {
  /** As one JSON object. */
  public ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("at", at.toString());
    json.put("who", event.who());
    json.put("action", event.action());
    json.put("what", event.what());
    TenantId tenant = event.tenant();
    json.put("tenant_id", tenant == null ? null : tenant.value());
    json.put("node", node);
    json.put("address", event.address());
    json.put("outcome", event.outcome().label());
    json.put("request_id", event.requestId());
    ObjectNode detail = json.putObject("detail");
    event.detail().forEach(detail::put);
    return json;
  }

  /**
   * Reads what {@link #json} made.
   *
   * @throws CorruptAuditException if it is none
   */
  static AuditRecord of(JsonNode json) {
    try {
      SortedMap<String, String> detail = new TreeMap<>();
      json.path("detail").properties().forEach(e -> detail.put(e.getKey(), e.getValue().asText()));
      JsonNode tenant = json.path("tenant_id");
      return new AuditRecord(
          Instant.parse(json.path("at").asText()),
          json.path("node").asText(),
          new AuditEvent(
              json.path("who").asText(),
              json.path("action").asText(),
              json.path("what").asText(),
              tenant.isTextual() ? new TenantId(tenant.textValue()) : null,
              json.path("address").asText(),
              Outcome.ofLabel(json.path("outcome").asText())
                  .orElseThrow(() -> new IllegalArgumentException("no outcome")),
              json.path("request_id").asText(),
              detail));
    } catch (DateTimeException | IllegalArgumentException | InvalidNameException e) {
      throw new CorruptAuditException("a line is no event", e);
    }
  }
}
