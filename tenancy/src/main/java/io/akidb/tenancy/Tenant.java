package io.akidb.tenancy;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A tenant's descriptor, as it stands in the bucket.
 *
 * @param tenantId whose
 * @param name for people, 1 to 128 characters
 * @param state where it stands in its life
 * @param createdAt by the clock of the node that created it
 * @param suspendedAt when it was suspended; kept while it is deleted, so that a restored tenant is
 *     as it was; else null
 * @param deletedAt when it was deleted; else null
 * @param purgeAt until when a deleted tenant can be restored, and while it is purged, when that
 *     began; else null
 * @param quotas what it may use
 * @param metadata the operator's own, at most {@value #METADATA_ENTRIES_MAX} entries
 */
@JsonPropertyOrder({
  "tenant_id",
  "name",
  "state",
  "created_at",
  "suspended_at",
  "deleted_at",
  "purge_at",
  "quotas",
  "metadata"
})
public record Tenant(
    @JsonProperty("tenant_id") TenantId tenantId,
    @JsonProperty("name") String name,
    @JsonProperty("state") TenantState state,
    @JsonProperty("created_at") Instant createdAt,
    @JsonProperty("suspended_at") @Nullable Instant suspendedAt,
    @JsonProperty("deleted_at") @Nullable Instant deletedAt,
    @JsonProperty("purge_at") @Nullable Instant purgeAt,
    @JsonProperty("quotas") TenantQuotas quotas,
    @JsonProperty("metadata") Map<String, String> metadata) {

  /** The most entries of {@code metadata}. */
  public static final int METADATA_ENTRIES_MAX = 64;

  private static final int NAME_LENGTH_MAX = 128;
  private static final int METADATA_TEXT_LENGTH_MAX = 1024;
  private static final Duration STATELESS_RETENTION = Duration.ofDays(30);

  /**
   * Checks and copies.
   *
   * @throws InvalidNameException naming the field that is out of bounds
   */
  public Tenant {
    if (name.isBlank()
        || name.length() > NAME_LENGTH_MAX
        || name.chars().anyMatch(Character::isISOControl)) {
      throw new InvalidNameException("name", "must be 1 to 128 printable characters");
    }
    if (metadata.size() > METADATA_ENTRIES_MAX) {
      throw new InvalidNameException(
          "metadata", "has more than " + METADATA_ENTRIES_MAX + " entries");
    }
    metadata.forEach(
        (key, value) -> {
          if (key.length() > METADATA_TEXT_LENGTH_MAX
              || value.length() > METADATA_TEXT_LENGTH_MAX) {
            throw new InvalidNameException(
                "metadata", "has a key or value of over 1,024 characters");
          }
        });
    metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    boolean ending = state == TenantState.DELETED || state == TenantState.PURGING;
    if (ending != (purgeAt != null)
        || (!ending && deletedAt != null)
        || (state == TenantState.SUSPENDED && suspendedAt == null)
        || (state == TenantState.ACTIVE && suspendedAt != null)) {
      throw new InvalidNameException("state", "does not agree with the times of the tenant");
    }
  }

  @JsonCreator
  static Tenant ofJson(
      @JsonProperty(value = "tenant_id", required = true) TenantId tenantId,
      @JsonProperty(value = "name", required = true) String name,
      @JsonProperty("state") @Nullable TenantState state,
      @JsonProperty(value = "created_at", required = true) Instant createdAt,
      @JsonProperty("suspended_at") @Nullable Instant suspendedAt,
      @JsonProperty("deleted_at") @Nullable Instant deletedAt,
      @JsonProperty("purge_at") @Nullable Instant purgeAt,
      @JsonProperty(value = "quotas", required = true) TenantQuotas quotas,
      @JsonProperty(value = "metadata", required = true) Map<String, String> metadata) {
    Objects.requireNonNull(tenantId);
    Objects.requireNonNull(createdAt);
    Objects.requireNonNull(quotas);
    if (state == null) {
      // Written before there were states.
      return new Tenant(
          tenantId,
          name,
          deletedAt == null ? TenantState.ACTIVE : TenantState.DELETED,
          createdAt,
          null,
          deletedAt,
          deletedAt == null ? null : deletedAt.plus(STATELESS_RETENTION),
          quotas,
          metadata);
    }
    return new Tenant(
        tenantId, name, state, createdAt, suspendedAt, deletedAt, purgeAt, quotas, metadata);
  }

  static Tenant creating(
      TenantId id, String name, Instant at, TenantQuotas quotas, Map<String, String> metadata) {
    return new Tenant(id, name, TenantState.CREATING, at, null, null, null, quotas, metadata);
  }

  /** Whether calls in its name are served. */
  @JsonIgnore
  public boolean isActive() {
    return state == TenantState.ACTIVE;
  }

  Tenant with(String newName, TenantQuotas newQuotas, Map<String, String> newMetadata) {
    return new Tenant(
        tenantId,
        newName,
        state,
        createdAt,
        suspendedAt,
        deletedAt,
        purgeAt,
        newQuotas,
        newMetadata);
  }

  Tenant active() {
    return moved(TenantState.ACTIVE, null, null, null);
  }

  Tenant suspended(Instant at) {
    return moved(TenantState.SUSPENDED, at, null, null);
  }

  Tenant deleted(Instant at, Instant purge) {
    return moved(TenantState.DELETED, suspendedAt, at, purge);
  }

  Tenant restored() {
    TenantState before = suspendedAt == null ? TenantState.ACTIVE : TenantState.SUSPENDED;
    return moved(before, suspendedAt, null, null);
  }

  Tenant purging(Instant at) {
    return moved(TenantState.PURGING, suspendedAt, deletedAt, at);
  }

  private Tenant moved(
      TenantState newState,
      @Nullable Instant newSuspendedAt,
      @Nullable Instant newDeletedAt,
      @Nullable Instant newPurgeAt) {
    return new Tenant(
        tenantId,
        name,
        newState,
        createdAt,
        newSuspendedAt,
        newDeletedAt,
        newPurgeAt,
        quotas,
        metadata);
  }
}
