package io.akidb.policies;

import io.akidb.tenancy.TenantId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, as authenticated.
 *
 * @param id for messages, logs and the audit; never a secret
 * @param tenant within which; null for an operator, who may choose one
 * @param grants what it may do
 * @param limits what it must be granted besides, as a key that may do less than its user; null for
 *     no such limit
 * @param keyId of the API key that was shown, or stands behind the token that was; null for others'
 *     tokens
 * @param expiresAt when what was shown ends, which nothing that is made with it may outlive; null
 *     if it does not end, and for tokens of a provider, where its user gets another at any time
 */
public record Principal(
    String id,
    @Nullable TenantId tenant,
    List<Grant> grants,
    @Nullable List<Grant> limits,
    @Nullable String keyId,
    @Nullable Instant expiresAt) {
  /**
   * Checks that only operators are bound to no tenant.
   *
   * @throws InvalidPolicyException otherwise
   */
  public Principal {
    grants = User.requireFit(grants, tenant);
    limits = limits == null ? null : User.requireFit(limits, tenant);
  }

  /** One whose credential does not end. */
  public Principal(
      String id,
      @Nullable TenantId tenant,
      List<Grant> grants,
      @Nullable List<Grant> limits,
      @Nullable String keyId) {
    this(id, tenant, grants, limits, keyId, null);
  }

  /**
   * The same with a credential that also ends then.
   *
   * @param end of the credential
   */
  Principal endingBy(Instant end) {
    return expiresAt != null && !expiresAt.isAfter(end)
        ? this
        : new Principal(id, tenant, grants, limits, keyId, end);
  }

  /** Whether it is one of the platform's operators. */
  public boolean isOperator() {
    return tenant == null;
  }
}
