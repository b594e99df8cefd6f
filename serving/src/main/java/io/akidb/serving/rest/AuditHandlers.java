package io.akidb.serving.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.policies.Permission;
import io.akidb.policies.audit.AuditPage;
import io.akidb.policies.audit.AuditQuery;
import io.akidb.policies.audit.AuditReader;
import io.akidb.policies.audit.Outcome;
import io.akidb.serving.problem.ServingException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /audit}: a tenant's log, and with {@code ?platform=true} the platform's. */
final class AuditHandlers {
  private final AuditReader reader;

  AuditHandlers(AuditReader reader) {
    this.reader = reader;
  }

  List<Route> routes() {
    return List.of(Route.tenant("GET", "/audit", Permission.AUDIT_READ, this::query));
  }

  private Answer query(Call call) {
    call.allowParameters("platform", "from", "to", "who", "action", "outcome", "limit", "cursor");
    AuditPage page =
        reader.query(
            new AuditQuery(
                call.owner(),
                instant(call, "from"),
                instant(call, "to"),
                call.parameter("who").orElse(null),
                call.parameter("action").orElse(null),
                outcome(call),
                call.limit(),
                call.parameter("cursor").orElse(null)));
    ObjectNode body = Json.object();
    var items = body.putArray("items");
    page.records().forEach(record -> items.add(record.json()));
    body.put("unreadable_batches", page.unreadable());
    body.put("next_cursor", page.nextCursor());
    return Answer.ok(body);
  }

  private static @Nullable Instant instant(Call call, String name) {
    try {
      return call.parameter(name).map(Instant::parse).orElse(null);
    } catch (DateTimeException e) {
      throw ServingException.invalid("?" + name, "must be a time such as 2026-11-21T10:00:00Z");
    }
  }

  private static @Nullable Outcome outcome(Call call) {
    return call.parameter("outcome")
        .map(
            text ->
                Outcome.ofLabel(text)
                    .orElseThrow(
                        () ->
                            ServingException.invalid(
                                "?outcome",
                                "must be attempted, succeeded, unauthenticated, denied or"
                                    + " failed")))
        .orElse(null);
  }
}
