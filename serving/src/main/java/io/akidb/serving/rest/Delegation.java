package io.akidb.serving.rest;

import io.akidb.policies.ApiKeyDescriptor;
import io.akidb.policies.Grant;
import io.akidb.policies.Identity;
import io.akidb.policies.Role;
import io.akidb.policies.User;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.TenantId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What callers may hand on to others, and take from them. Thread-safe. */
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
   * Lets a caller act as a user, or take from it what it has.
   *
   * @throws ServingException FORBIDDEN if the user may do what the caller may not
   */
  void requireOver(Call call, User user) {
    if (!isOver(call, user.tenant(), user.grants())) {
      throw Gate.forbidden();
    }
  }

  /**
   * Lets a caller revoke a key: the one that it shows, or one that may do nothing that the caller
   * may not.
   *
   * @throws ServingException FORBIDDEN otherwise
   */
  void requireOver(Call call, ApiKeyDescriptor key) {
    boolean own = key.keyId().equals(call.principal().keyId());
    if (!own && !isOverGrants(call, key) && !isOverUser(call, key)) {
      throw Gate.forbidden();
    }
  }

  /**
   * Lets a caller delete what cannot be read, and so may give anything.
   *
   * @param owner whose it is; null for the platform
   * @throws ServingException FORBIDDEN to whoever may not everything there
   */
  void requireOverAll(Call call, @Nullable TenantId owner) {
    if (!isOver(call, owner, List.of(Grant.of(owner == null ? Role.OPERATOR : Role.ADMIN)))) {
      throw Gate.forbidden();
    }
  }

  private boolean isOverGrants(Call call, ApiKeyDescriptor key) {
    List<Grant> grants = key.grants();
    return grants != null && isOver(call, key.tenant(), grants);
  }

  private boolean isOverUser(Call call, ApiKeyDescriptor key) {
    String userId = key.userId();
    return userId != null
        && identity
            .users()
            .find(key.tenant(), userId)
            .map(user -> isOver(call, key.tenant(), user.grants()))
            .orElse(true);
  }

  private boolean isOver(Call call, @Nullable TenantId owner, List<Grant> grants) {
    return identity.authorizer().decideOver(call.principal(), owner, grants).isAllowed();
  }

  /** What a key of a user may do that the caller makes, and so gets to know; null for all. */
  @Nullable List<Grant> reach(Call call, User user) {
    return identity.authorizer().reach(call.principal(), user.tenant(), user);
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
