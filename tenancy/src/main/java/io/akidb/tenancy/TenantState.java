package io.akidb.tenancy;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/**
 * Where a tenant stands in its life:
 *
 * <pre>
 * CREATING ──▶ ACTIVE ◀──▶ SUSPENDED
 *    │            ▲ │          │ ▲
 *    │            │ ▼          ▼ │
 *    │            DELETED (restored to what it was)
 *    ▼               │
 *  PURGING ◀─────────┘ ──▶ gone
 * </pre>
 */
public enum TenantState {
  /** Not all of its parts are written yet. Nobody sees it; left behind by a crash it is purged. */
  CREATING,
  /** Calls in its name are served. */
  ACTIVE,
  /** Calls in its name are refused until it is resumed; nothing of it is lost. */
  SUSPENDED,
  /** Calls in its name are refused; it can be restored until its purge date. */
  DELETED,
  /** What it owned is being removed, and no way leads back. */
  PURGING;

  /** The name on the wire and in the bucket. */
  @JsonValue
  public String jsonName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The state of that name.
   *
   * @throws InvalidNameException if there is none
   */
  @JsonCreator
  public static TenantState ofJsonName(String name) {
    return Arrays.stream(values())
        .filter(state -> state.jsonName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidNameException(
                    "state", "must be one of 'active', 'suspended', 'deleted' and 'purging'"));
  }

  /** Whether the tenant is somebody's: neither deleted nor half-made. */
  public boolean isLive() {
    return this == ACTIVE || this == SUSPENDED;
  }
}
