package io.akidb.tenancy;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A tenant's descriptor, as it stands in the bucket.
 *
 * @param tenantId whose
 * @param name for people, 1 to 128 characters
 * @param createdAt by the clock of the node that created it
 * @param deletedAt when it was deleted; null while it lives
 * @param quotas what it may use
 * @param metadata the operator's own, at most {@value #METADATA_ENTRIES_MAX} entries
 */
public record Tenant(
    @JsonProperty("tenant_id") TenantId tenantId,
    @JsonProperty("name") String name,
    @JsonProperty("created_at") Instant createdAt,
    @JsonProperty("deleted_at") @Nullable Instant deletedAt,
    @JsonProperty("quotas") TenantQuotas quotas,
    @JsonProperty("metadata") Map<String, String> metadata) {

  /** The most entries of {@code metadata}. */
  public static final int METADATA_ENTRIES_MAX = 64;

  private static final int NAME_LENGTH_MAX = 128;
  private static final int METADATA_TEXT_LENGTH_MAX = 1024;

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
    metadata = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
  }

  /** Whether it was deleted. */
  @JsonIgnore
  public boolean isDeleted() {
    return deletedAt != null;
  }

  Tenant with(String newName, TenantQuotas newQuotas, Map<String, String> newMetadata) {
    return new Tenant(tenantId, newName, createdAt, deletedAt, newQuotas, newMetadata);
  }

  Tenant deleted(Instant at) {
    return new Tenant(tenantId, name, createdAt, at, quotas, metadata);
  }
}
