package io.akidb.policies;

import io.akidb.policies.Decision.Outcome;
import io.akidb.tenancy.TenantId;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The one place that decides whether a principal may do something. What it knows of roles is less
 * than a second old. Thread-safe.
 *
 * <p>Permissions add up over the grants that hold; row filters do, too: a principal sees only what
 * all of them let through, and a grant that has expired goes on hiding. So a further grant, or the
 * end of one, never shows what another hid. A grant of a role that is no more refuses everything
 * where it holds, for the same reason.
 */
public final class Authorizer {
  // What would let a principal reach round its own row filters; the log names deleted vectors.
  private static final Set<Permission> UNFILTERED_ONLY =
      EnumSet.of(
          Permission.AUDIT_READ,
          Permission.COLLECTIONS_DELETE,
          Permission.PLATFORM_OPERATE,
          Permission.TENANTS_MANAGE,
          Permission.USERS_MANAGE);

  private final Roles roles;
  private final Clock clock;

  /** Decides by the roles given. */
  public Authorizer(Roles roles, Clock clock) {
    this.roles = roles;
    this.clock = clock;
  }

  /**
   * Decides.
   *
   * @param principal who asks
   * @param tenant whose data is touched
   * @param target what of it
   * @param permission what the call needs
   */
  public Decision decide(
      Principal principal, TenantId tenant, Target target, Permission permission) {
    TenantId own = principal.tenant();
    if (own != null && !own.equals(tenant)) {
      return Decision.notYours("the tenant is not the principal's");
    }
    Decision granted = decide(principal.grants(), own, target, permission);
    List<Grant> limits = principal.limits();
    if (limits == null || !granted.isAllowed()) {
      return granted;
    }
    Decision limited = decide(limits, own, target, permission);
    if (!limited.isAllowed()) {
      return new Decision(limited.outcome(), "the key is limited: " + limited.reason(), List.of());
    }
    List<String> filters = new ArrayList<>(granted.rowFilters());
    filters.addAll(limited.rowFilters());
    return unlessFiltered(
        new Decision(Outcome.ALLOWED, granted.reason() + ", within the key's limits", filters),
        permission);
  }

  private Decision decide(
      List<Grant> grants, @Nullable TenantId tenant, Target target, Permission permission) {
    Instant now = clock.instant();
    boolean anywhere = UNFILTERED_ONLY.contains(permission);
    List<String> filters = new ArrayList<>();
    Grant allowing = null;
    boolean holds = false;
    for (Grant grant : grants) {
      boolean covers = grant.covers(target);
      if (!covers && !anywhere) {
        continue;
      }
      Optional<Role> role = roles.find(tenant, grant.role());
      if (role.isEmpty()) {
        return Decision.forbidden("role '" + grant.role() + "', which was granted, is no more");
      }
      String filter = role.get().rowFilter();
      if (filter != null) {
        filters.add(filter);
      }
      if (covers && !grant.isExpired(now)) {
        holds = true;
        allowing = allowing == null && role.get().has(permission) ? grant : allowing;
      }
    }
    if (allowing != null) {
      return unlessFiltered(
          new Decision(Outcome.ALLOWED, "granted by role '" + allowing.role() + "'", filters),
          permission);
    }
    return holds || target.collection() == null
        ? Decision.forbidden("no grant that holds here has " + permission.wireName())
        : Decision.notYours("no grant holds for this collection");
  }

  private static Decision unlessFiltered(Decision allowed, Permission permission) {
    return !allowed.rowFilters().isEmpty() && UNFILTERED_ONLY.contains(permission)
        ? Decision.forbidden(
            "a row filter applies, which " + permission.wireName() + " would evade")
        : allowed;
  }

  /**
   * Decides whether a principal may make what lets somebody in until then: nothing may outlive the
   * credential that it was made with.
   *
   * @param expiresAt RFC 3339 UTC; null for never
   */
  public Decision decideEnd(Principal principal, @Nullable String expiresAt) {
    Instant end = principal.expiresAt();
    return end == null || Grant.endsBy(expiresAt, end)
        ? new Decision(Outcome.ALLOWED, "the credential lasts as long", List.of())
        : Decision.forbidden("the principal's credential ends at " + end);
  }

  /**
   * Decides whether a principal may hand out grants: only what it has itself, without a row filter,
   * where and as long as it has it, and no longer than the credential that it shows.
   *
   * @param tenant whose user or key is to have them; null for the platform
   * @throws InvalidPolicyException if there is no such role
   */
  public Decision decideGrants(Principal principal, @Nullable TenantId tenant, List<Grant> grants) {
    if (tenant == null && !principal.isOperator()) {
      return Decision.forbidden("only an operator makes operators");
    }
    for (Grant grant : grants) {
      Role role =
          roles
              .find(tenant, grant.role())
              .orElseThrow(() -> new InvalidPolicyException("role", "is none that there is"));
      Decision ending = decideEnd(principal, grant.expiresAt());
      if (!ending.isAllowed()) {
        return ending;
      }
      Decision decision = decideHolding(principal, role, grant);
      if (!decision.isAllowed()) {
        return decision;
      }
    }
    return new Decision(Outcome.ALLOWED, "the principal has all of it itself", List.of());
  }

  /**
   * Decides whether a principal may take grants away, or act as whoever has them: who may do at
   * this moment all that they give. Their ends do not matter, and a role that is no more gives
   * nothing; one that cannot be read may give everything.
   *
   * @param tenant whose user or key has them; null for the platform
   */
  public Decision decideOver(Principal principal, @Nullable TenantId tenant, List<Grant> grants) {
    if (tenant == null && !principal.isOperator()) {
      return Decision.forbidden("only an operator manages operators");
    }
    String now = clock.instant().toString();
    for (Grant grant : grants) {
      Optional<Role> role;
      try {
        role = roles.find(tenant, grant.role());
      } catch (CorruptPolicyException e) {
        role = Optional.of(Role.ADMIN);
      }
      if (role.isPresent()) {
        Decision decision = decideHolding(principal, role.get(), grant.until(now));
        if (!decision.isAllowed()) {
          return decision;
        }
      }
    }
    return new Decision(Outcome.ALLOWED, "the principal has all of it itself", List.of());
  }

  /**
   * What a key may do at the most, whose maker gets to know it: what the maker could hand out at
   * this moment, so that later grants of the key's user do not reach the maker through it.
   *
   * @param tenant whose key it is; null for an operator's
   * @param user whose key it is
   * @return null for all that the user may: to whoever may all in the tenant, and to users
   *     themselves, by a credential without limits
   */
  public @Nullable List<Grant> reach(Principal maker, @Nullable TenantId tenant, User user) {
    Role whole = tenant == null ? Role.OPERATOR : Role.ADMIN;
    boolean own =
        java.util.Objects.equals(maker.tenant(), tenant) && maker.id().equals(user.principalId());
    List<Grant> limits = maker.limits();
    if ((own && limits == null) || decideHolding(maker, whole, Grant.of(whole)).isAllowed()) {
      return null;
    }
    return Stream.concat(
            (limits == null ? List.<Grant>of() : limits).stream(), maker.grants().stream())
        .distinct()
        .filter(grant -> role(maker, grant).filter(role -> holds(maker, role, grant)).isPresent())
        .limit(User.GRANTS_MAX)
        .toList();
  }

  private boolean holds(Principal principal, Role role, Grant where) {
    return decideHolding(principal, role, where).isAllowed();
  }

  /**
   * Decides whether a principal may make a role, or take it away: only of permissions that it has
   * itself in the whole tenant, without a row filter.
   */
  public Decision decideRole(Principal principal, Role role) {
    return decideHolding(principal, role, Grant.of(role));
  }

  private Decision decideHolding(Principal principal, Role role, Grant where) {
    for (Permission permission : role.permissions()) {
      if (!has(principal, permission, where)) {
        return Decision.forbidden(
            "the principal lacks " + permission.wireName() + ", which the role has");
      }
    }
    return new Decision(Outcome.ALLOWED, "the principal has all of it itself", List.of());
  }

  private boolean has(Principal principal, Permission permission, Grant wanted) {
    List<Grant> limits = principal.limits();
    return Stream.concat(
                principal.grants().stream(), limits == null ? Stream.of() : limits.stream())
            .allMatch(
                grant -> role(principal, grant).filter(r -> r.rowFilter() == null).isPresent())
        && has(principal, principal.grants(), permission, wanted)
        && (limits == null || has(principal, limits, permission, wanted));
  }

  private boolean has(
      Principal principal, List<Grant> grants, Permission permission, Grant wanted) {
    Instant now = clock.instant();
    return grants.stream()
        .anyMatch(
            grant ->
                !grant.isExpired(now)
                    && grant.covers(wanted)
                    && grant.lastsAsLongAs(wanted)
                    && role(principal, grant).filter(role -> role.has(permission)).isPresent());
  }

  private Optional<Role> role(Principal principal, Grant grant) {
    return roles.find(principal.tenant(), grant.role());
  }
}
