package io.akidb.policies;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.akidb.tenancy.TenantId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the bucket keeps of an API key: everything but the secret.
 *
 * @param keyId names the key; part of its text
 * @param tenant whose; null for an operator's
 * @param userId of whom; null for a key that is nobody's but the tenant's
 * @param grants what it may do; beside a user, the user must be granted it, too, and null stands
 *     for all that the user may
 * @param name for people; at most 128 characters
 * @param secretSha256 hex of the SHA-256 of the secret. The secret has 256 random bits, so that a
 *     slow hash would add nothing but latency
 * @param createdAt RFC 3339 UTC
 * @param expiresAt RFC 3339 UTC, from when it is refused; null for never
 * @param createdBy id of the principal that made it; null for those that the node made, and before
 *     this was noted
 * @param createdWith id of the API key that was shown then, itself or by a token; null for none
 * @param ancestors ids of the keys that {@code createdWith} was itself made with, nearest first, at
 *     most 100; null for none, and before this was noted
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ApiKeyDescriptor(
    @JsonProperty("key_id") String keyId,
    @JsonProperty("tenant_id") @Nullable TenantId tenant,
    @JsonProperty("user_id") @Nullable String userId,
    @JsonProperty("grants") @Nullable List<Grant> grants,
    @JsonProperty("name") @Nullable String name,
    @JsonProperty("secret_sha256") String secretSha256,
    @JsonProperty("created_at") String createdAt,
    @JsonProperty("expires_at") @Nullable String expiresAt,
    @JsonProperty("created_by") @Nullable String createdBy,
    @JsonProperty("created_with") @Nullable String createdWith,
    @JsonProperty("ancestors") @Nullable List<String> ancestors) {
  private static final int NAME_LENGTH_MAX = 128;

  /**
   * Checks the bounds.
   *
   * @throws InvalidPolicyException naming the field
   */
  public ApiKeyDescriptor {
    if (grants != null) {
      grants = User.requireFit(grants, tenant);
    } else if (userId == null) {
      throw new InvalidPolicyException("grants", "are needed where the key is no user's");
    }
    if (name != null && name.length() > NAME_LENGTH_MAX) {
      throw new InvalidPolicyException(
          "name", "may have at most " + NAME_LENGTH_MAX + " characters");
    }
    Grant.requireTime(expiresAt);
    ancestors = ancestors == null ? null : List.copyOf(ancestors);
  }

  /**
   * Checks the name of a key to be made; earlier ones may have any.
   *
   * @throws InvalidPolicyException if it could not be printed on one line
   */
  static void requirePrintable(@Nullable String name) {
    if (name != null && name.chars().anyMatch(Character::isISOControl)) {
      throw new InvalidPolicyException("name", "may have no control characters");
    }
  }

  /** Also reads keys as they were first kept, with one role in place of grants. */
  @JsonCreator
  static ApiKeyDescriptor read(
      @JsonProperty("key_id") String keyId,
      @JsonProperty("tenant_id") @Nullable TenantId tenant,
      @JsonProperty("user_id") @Nullable String userId,
      @JsonProperty("grants") @Nullable List<Grant> grants,
      @JsonProperty("role") @Nullable String role,
      @JsonProperty("name") @Nullable String name,
      @JsonProperty("secret_sha256") String secretSha256,
      @JsonProperty("created_at") String createdAt,
      @JsonProperty("expires_at") @Nullable String expiresAt,
      @JsonProperty("created_by") @Nullable String createdBy,
      @JsonProperty("created_with") @Nullable String createdWith,
      @JsonProperty("ancestors") @Nullable List<String> ancestors) {
    List<Grant> known = role == null ? grants : List.of(new Grant(role, null, null, null));
    return new ApiKeyDescriptor(
        keyId,
        tenant,
        userId,
        known,
        name,
        secretSha256,
        createdAt,
        expiresAt,
        createdBy,
        createdWith,
        ancestors);
  }

  /** Whether it was made by showing that key, or one that comes from it, as far as it knows. */
  public boolean comesFrom(String otherId) {
    return otherId.equals(createdWith) || (ancestors != null && ancestors.contains(otherId));
  }

  @Nullable Instant end() {
    return expiresAt == null ? null : Instant.parse(expiresAt);
  }

  /** Whether it is refused from then on. */
  boolean isExpired(Instant now) {
    return Grant.isPast(expiresAt, now);
  }

  ApiKeyDescriptor expiring(Instant at) {
    return isExpired(at)
        ? this
        : new ApiKeyDescriptor(
            keyId,
            tenant,
            userId,
            grants,
            name,
            secretSha256,
            createdAt,
            at.toString(),
            createdBy,
            createdWith,
            ancestors);
  }
}
