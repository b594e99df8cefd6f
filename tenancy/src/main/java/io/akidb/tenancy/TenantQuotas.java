package io.akidb.tenancy;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant may use; null is unlimited.
 *
 * @param maxStorageBytes bytes of live segments and shards
 * @param maxCollections collections
 * @param maxVectorsPerCollection rows of one collection
 * @param apiRateLimitPerSecond requests a second, of all its keys together
 * @param apiKeyRateLimitPerSecond requests a second of each of its keys, so that one cannot starve
 *     the others
 */
public record TenantQuotas(
    @JsonProperty("max_storage_bytes") @Nullable Long maxStorageBytes,
    @JsonProperty("max_collections") @Nullable Integer maxCollections,
    @JsonProperty("max_vectors_per_collection") @Nullable Long maxVectorsPerCollection,
    @JsonProperty("api_rate_limit_per_second") @Nullable Integer apiRateLimitPerSecond,
    @JsonProperty("api_key_rate_limit_per_second") @Nullable Integer apiKeyRateLimitPerSecond) {

  /** No limits. */
  public static final TenantQuotas UNLIMITED = new TenantQuotas(null, null, null, null, null);

  /**
   * Checks the values.
   *
   * @throws InvalidNameException naming the field, if a limit is not positive
   */
  public TenantQuotas {
    requirePositive("max_storage_bytes", maxStorageBytes);
    requirePositive("max_collections", maxCollections);
    requirePositive("max_vectors_per_collection", maxVectorsPerCollection);
    requirePositive("api_rate_limit_per_second", apiRateLimitPerSecond);
    requirePositive("api_key_rate_limit_per_second", apiKeyRateLimitPerSecond);
  }

  private static void requirePositive(String field, @Nullable Number limit) {
    if (limit != null && limit.longValue() <= 0) {
      throw new InvalidNameException(
          "quotas." + field, "must be positive; leave it out for no limit");
    }
  }
}
