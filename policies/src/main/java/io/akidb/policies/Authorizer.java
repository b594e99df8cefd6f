package io.akidb.policies;

import io.akidb.tenancy.TenantId;

/** The one place that decides whether a principal may do something. Stateless. */
public final class Authorizer {
  /** What was decided. */
  public enum Decision {
    /** Go on. */
    ALLOWED,
    /** The principal's role lacks the permission. */
    FORBIDDEN,
    /**
     * The tenant is not the principal's: to be answered exactly as something that does not exist.
     */
    NOT_YOURS
  }

  /**
   * Decides.
   *
   * @param principal who asks
   * @param tenant whose data is touched
   * @param permission what the call needs
   */
  public Decision decide(Principal principal, TenantId tenant, Permission permission) {
    if (principal.tenant() != null && !principal.tenant().equals(tenant)) {
      return Decision.NOT_YOURS;
    }
    return principal.role().has(permission) ? Decision.ALLOWED : Decision.FORBIDDEN;
  }
}
