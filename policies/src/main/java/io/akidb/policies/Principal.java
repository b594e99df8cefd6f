package io.akidb.policies;

import io.akidb.tenancy.TenantId;
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
 */
public record Principal(
    String id,
    @Nullable TenantId tenant,
    List<Grant> grants,
    @Nullable List<Grant> limits,
    @Nullable String keyId) {
  /**
   * Checks that only operators are bound to no tenant.
   *
   * @throws InvalidPolicyException otherwise
   */
  public Principal {
    grants = User.requireFit(grants, tenant);
    limits = limits == null ? null : User.requireFit(limits, tenant);
  }

  /** Whether it is one of the platform's operators. */
  public boolean isOperator() {
    return tenant == null;
  }
}
