package io.akidb.policies.audit;

import io.akidb.tenancy.TenantId;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is put on record; the log adds the time and the node. Never holds a secret: callers give
 * names and ids, no bodies and no headers. Texts that are too long are cut, not refused, because an
 * event that must be recorded may not fail for its length.
 *
 * @param who a principal's id, or {@code anonymous}
 * @param action as {@code tenants.create}: letters, digits, dots, underscores and hyphens
 * @param what the resource, as a path of the API; at most 512 characters
 * @param tenant whose log gets a copy; null for nobody's. It must exist
 * @param address where the call came from; empty if it was not a call
 * @param outcome how it ended
 * @param requestId of the call; empty if it was none
 * @param detail more names and numbers, at most 16, of 4,608 characters each and 6,400 together
 */
public record AuditEvent(
    String who,
    String action,
    String what,
    @Nullable TenantId tenant,
    String address,
    Outcome outcome,
    String requestId,
    SortedMap<String, String> detail) {
  /** Longest {@code what}. */
  static final int WHAT_LENGTH_MAX = 512;

  private static final int TEXT_LENGTH_MAX = 256;
  private static final int ENTRIES_MAX = 16;
  // Room for the names of as many roles as a user may be granted.
  private static final int VALUE_LENGTH_MAX = 4608;
  private static final int VALUES_LENGTH_MAX = 6400;
  private static final Pattern ACTION = Pattern.compile("[a-z0-9._-]{1,64}");

  /**
   * Cuts and copies.
   *
   * @throws IllegalArgumentException if the action is none
   */
  public AuditEvent {
    if (!ACTION.matcher(action).matches()) {
      throw new IllegalArgumentException("'" + action + "' is no action");
    }
    who = cut(who, TEXT_LENGTH_MAX);
    what = cut(what, WHAT_LENGTH_MAX);
    address = cut(address, TEXT_LENGTH_MAX);
    requestId = cut(requestId, TEXT_LENGTH_MAX);
    SortedMap<String, String> kept = new TreeMap<>();
    int left = VALUES_LENGTH_MAX;
    for (Map.Entry<String, String> entry : detail.entrySet()) {
      if (kept.size() < ENTRIES_MAX) {
        String value = cut(entry.getValue(), Math.max(1, Math.min(left, VALUE_LENGTH_MAX)));
        kept.put(cut(entry.getKey(), TEXT_LENGTH_MAX), value);
        left -= value.length();
      }
    }
    detail = Collections.unmodifiableSortedMap(kept);
  }

  /** An event without detail. */
  public static AuditEvent of(
      String who, String action, String what, @Nullable TenantId tenant, Outcome outcome) {
    return new AuditEvent(who, action, what, tenant, "", outcome, "", new TreeMap<>());
  }

  private static String cut(String text, int max) {
    return text.length() <= max ? text : text.substring(0, max - 1) + "…";
  }
}
