package io.akidb.policies;

import io.akidb.tenancy.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param id for messages and logs; never a secret
 * @param role what it may do
 * @param tenant within which; null for an operator, who may choose one
 */
public record Principal(String id, Role role, @Nullable TenantId tenant) {
  /**
   * Checks that only an operator is bound to no tenant.
   *
   * @throws IllegalArgumentException otherwise
   */
  public Principal {
    if ((role == Role.OPERATOR) != (tenant == null)) {
      throw new IllegalArgumentException("an operator has no tenant, everybody else has one");
    }
  }
}
