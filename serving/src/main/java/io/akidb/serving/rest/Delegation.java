package io.akidb.serving.rest;

import io.akidb.policies.Grant;
import io.akidb.policies.Identity;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.TenantId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What callers may hand on to others. Thread-safe. */
final class Delegation {
  private final Identity identity;

  Delegation(Identity identity) {
    this.identity = identity;
  }

  /**
   * Lets a caller hand out grants.
   *
   * @param owner whose user or key is to have them; null for the platform
   * @throws ServingException FORBIDDEN if the caller has not all of it itself, or not as long
   */
  void requireMayGrant(Call call, @Nullable TenantId owner, List<Grant> grants) {
    grants.forEach(grant -> requireMayLast(call, grant.expiresAt()));
    if (!identity.authorizer().decideGrants(call.principal(), owner, grants).isAllowed()) {
      throw Gate.forbidden();
    }
  }

  /**
   * Lets a caller make what lets somebody in until then.
   *
   * @param expiresAt RFC 3339 UTC; null for never
   * @throws ServingException FORBIDDEN if the caller's own credential ends earlier
   */
  void requireMayLast(Call call, @Nullable String expiresAt) {
    if (!identity.authorizer().decideEnd(call.principal(), expiresAt).isAllowed()) {
      throw ServingException.of(
          Reason.FORBIDDEN,
          "the credential of this call ends at "
              + call.principal().expiresAt()
              + ", and what it makes may not outlive it: give an expires_at that is no later, or"
              + " call with a credential that lasts");
    }
  }

  /** The end of what a caller makes where it says none: that of its own credential. */
  static @Nullable String endOf(Call call) {
    Instant end = call.principal().expiresAt();
    return end == null ? null : end.toString();
  }
}
