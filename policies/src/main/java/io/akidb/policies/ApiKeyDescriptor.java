package io.akidb.policies;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.akidb.tenancy.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * What the bucket keeps of an API key: everything but the secret.
 *
 * @param keyId names the key; part of its text
 * @param tenant whose; null for an operator's
 * @param role what it may do
 * @param secretSha256 hex of the SHA-256 of the secret. The secret has 256 random bits, so that a
 *     slow hash would add nothing but latency
 * @param createdAt RFC 3339 UTC
 */
public record ApiKeyDescriptor(
    @JsonProperty("key_id") String keyId,
    @JsonProperty("tenant_id") @Nullable TenantId tenant,
    @JsonProperty("role") Role role,
    @JsonProperty("secret_sha256") String secretSha256,
    @JsonProperty("created_at") String createdAt) {

  Principal principal() {
    return new Principal("key:" + keyId, role, tenant);
  }
}
