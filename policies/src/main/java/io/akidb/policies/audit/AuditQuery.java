package io.akidb.policies.audit;

import io.akidb.tenancy.TenantId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which events.
 *
 * @param log a tenant's, or the platform's for null
 * @param from not before; null for the beginning
 * @param to before; null for the end
 * @param who of this principal only; null for all
 * @param action of this action only, or of all that begin with it where it ends with a dot; null
 *     for all
 * @param outcome of this outcome only; null for all
 * @param limit at most this many events, 1 to 1,000
 * @param cursor of the page before, or null for the first
 */
public record AuditQuery(
    @Nullable TenantId log,
    @Nullable Instant from,
    @Nullable Instant to,
    @Nullable String who,
    @Nullable String action,
    @Nullable Outcome outcome,
    int limit,
    @Nullable String cursor) {
  private static final int LIMIT_MAX = 1000;

  /**
   * Checks.
   *
   * @throws InvalidAuditRequestException naming the field that is out of bounds
   */
  public AuditQuery {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new InvalidAuditRequestException("limit", "must be 1 to " + LIMIT_MAX);
    }
    if (from != null && to != null && to.isBefore(from)) {
      throw new InvalidAuditRequestException("to", "must not be before 'from'");
    }
  }

  /** Everything of a log, a page of 1,000 at a time. */
  public static AuditQuery all(@Nullable TenantId log) {
    return new AuditQuery(log, null, null, null, null, null, LIMIT_MAX, null);
  }

  /** The page after this one. */
  public AuditQuery after(String next) {
    return new AuditQuery(log, from, to, who, action, outcome, limit, next);
  }

  boolean wants(AuditRecord each) {
    AuditEvent event = each.event();
    return (from == null || !each.at().isBefore(from))
        && (to == null || each.at().isBefore(to))
        && (who == null || who.equals(event.who()))
        && (outcome == null || outcome == event.outcome())
        && (action == null
            || (action.endsWith(".")
                ? event.action().startsWith(action)
                : event.action().equals(action)));
  }
}
