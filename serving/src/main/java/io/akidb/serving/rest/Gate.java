package io.akidb.serving.rest;

import com.github.benmanes.caffeine.cache.Ticker;
import io.akidb.catalog.CollectionSchema;
import io.akidb.policies.ApiKeys;
import io.akidb.policies.Authorizer;
import io.akidb.policies.Decision;
import io.akidb.policies.Identity;
import io.akidb.policies.Permission;
import io.akidb.policies.Principal;
import io.akidb.policies.Target;
import io.akidb.policies.Tokens;
import io.akidb.serving.filter.Filter;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.serving.tenant.Modes;
import io.akidb.serving.tenant.Tenancy;
import io.akidb.tenancy.InvalidNameException;
import io.akidb.tenancy.Tenant;
import io.akidb.tenancy.TenantId;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who calls, for which tenant, and whether they may: what every call passes first. Thread-safe. */
final class Gate {
  private static final int PLACES_OF_OTHERS_DIVISOR = 4;

  private static final Decision NOTHING =
      new Decision(Decision.Outcome.FORBIDDEN, "nobody asks", List.of());

  private final ApiKeys keys;
  private final Tokens tokens;
  private final Authorizer authorizer;
  private final Credentials credentials = new Credentials();
  private final RowFilters rowFilters = new RowFilters();
  private final Modes modes;
  private final RateLimits rates;
  private final AuthFailures failures;
  private final MetricsAccess metrics;
  private final KnownTenants tenants;

  Gate(Identity identity, Tenancy tenancy, AuthFailures failures, MetricsAccess metrics) {
    this.keys = identity.keys();
    this.tokens = identity.tokens();
    this.authorizer = identity.authorizer();
    this.modes = tenancy.modes();
    this.rates = new RateLimits(tenancy);
    this.failures = failures;
    this.metrics = metrics;
    this.tenants = new KnownTenants(tenancy.registry(), Ticker.systemTicker());
  }

  /**
   * Lets a call in.
   *
   * @throws ServingException UNAUTHENTICATED, FORBIDDEN, NOT_ENABLED, NOT_FOUND or RATE_LIMITED
   */
  Call enter(Context http, Route route, int bodyBytesMax) {
    return enter(http, route, bodyBytesMax, true);
  }

  /**
   * Looks again whether a call may be let in, after its body took long to come: with the same
   * errors, but without counting it once more.
   */
  Call again(Context http, Route route, Call call) {
    return call.withBodyIn(enter(http, route, call.bodyBytesMax(), false));
  }

  /** Whether a call reads the metrics and is let in without asking who it is. */
  boolean isScrape(Context http, Route route) {
    return route.path().equals(MetricsAccess.PATH) && metrics.admits(credentials.of(http));
  }

  private Call enter(Context http, Route route, int bodyBytesMax, boolean counted) {
    if (route.access() == Access.OPEN || isScrape(http, route)) {
      return new Call(http, bodyBytesMax, this, null, null, NOTHING);
    }
    Principal principal = identify(http, route);
    modes.require(principal, route.path(), http.header("X-Tenant-ID"));
    TenantId ownId = principal.tenant();
    Tenant own = ownId == null ? null : admitted(http, principal, ownId, route, counted);
    TenantId id = tenantOf(principal, http.header("X-Tenant-ID"));
    if (route.access() == Access.OPERATOR || route.access() == Access.NAMED_TENANT) {
      TenantId named = route.access() == Access.OPERATOR ? ownOf(principal) : named(http);
      Decision decision = require(principal, named, Target.tenant(), route);
      return new Call(http, bodyBytesMax, this, principal, null, decision);
    }
    if (route.access() == Access.KEY_HOLDER) {
      return new Call(http, bodyBytesMax, this, principal, own, NOTHING);
    }
    // First, so that an operator who may nothing is not told which tenants there are.
    Decision decision = require(principal, id, target(http, route), route);
    Tenant tenant = own == null ? admitted(http, principal, id, route, counted) : own;
    return new Call(http, bodyBytesMax, this, principal, tenant, decision);
  }

  /** The tenant in whose name a call is made, if it is served now and may make one more. */
  private Tenant admitted(
      Context http, Principal principal, TenantId id, Route route, boolean counted) {
    Tenant tenant =
        tenants
            .get(id)
            .orElseThrow(
                () ->
                    principal.isOperator()
                        ? ServingException.notFound("tenant")
                        : ServingException.of(
                            Reason.UNAUTHENTICATED, "the key's tenant is no more"));
    if (!tenant.isActive() && !(principal.isOperator() && cleansUp(route))) {
      throw ServingException.of(
          Reason.TENANT_SUSPENDED, "the tenant is suspended; its operator can resume it");
    }
    if (counted) {
      rates.admit(http, principal, tenant, sharer(principal, id) != null);
    }
    return tenant;
  }

  // Why a tenant is suspended may be a stolen key: it is to be found and revoked before it works
  // again.
  private static boolean cleansUp(Route route) {
    return route.permission() == Permission.USERS_MANAGE
        || route.permission() == Permission.AUDIT_READ;
  }

  /**
   * With whose callers a call shares what is bounded by tenant; null if with nobody's. Beside
   * others an operator does not, so that a flood in a tenant's name keeps it from nothing; where
   * its key is the only one, everything is asked for by it.
   *
   * @param named the tenant in whose name the call is made, if in any
   */
  @Nullable TenantId sharer(Principal principal, @Nullable TenantId named) {
    TenantId own = principal.tenant();
    return own == null && !modes.rbac() ? named : own;
  }

  /** How many of all places one tenant's calls may take: all where there is no other. */
  int placesOfATenant(int all) {
    return modes.multiTenancy() ? all - all / PLACES_OF_OTHERS_DIVISOR : all;
  }

  /** Forgets what it knows of a tenant, after a change on this node. */
  void forget(TenantId tenant) {
    tenants.forget(tenant);
  }

  private Principal identify(Context http, Route route) {
    Credential credential = credentials.of(http);
    failures.require(http.ip(), credential);
    Optional<Principal> known = authenticate(credential, route);
    if (known.isEmpty()) {
      failures.failed(http.ip());
      throw ServingException.of(
          Reason.UNAUTHENTICATED,
          "send a known API key, as 'Authorization: Bearer <key>' or 'X-API-Key: <key>'");
    }
    failures.passed(credential);
    credentials.passed(http, credential);
    RequestAudit.identified(http, known.get());
    return known.get();
  }

  private Optional<Principal> authenticate(Credential credential, Route route) {
    if (credential.isToken() && route.access() != Access.KEY_HOLDER) {
      Optional<Principal> known = tokens.authenticate(credential.text());
      if (known.isPresent()) {
        return known;
      }
    }
    return keys.authenticate(credential.text());
  }

  private TenantId ownOf(Principal principal) {
    TenantId own = principal.tenant();
    return own == null ? modes.defaultTenant() : own;
  }

  private static TenantId named(Context http) {
    try {
      return new TenantId(http.pathParam("tenant_id"));
    } catch (InvalidNameException e) {
      throw ServingException.notFound("tenant");
    }
  }

  private static Target target(Context http, Route route) {
    if (route.isOfACollection()) {
      return Target.of(Call.collection(http));
    }
    return route.narrows() ? Target.someCollection() : Target.tenant();
  }

  private TenantId tenantOf(Principal principal, @Nullable String asked) {
    TenantId own = principal.tenant();
    if (asked == null) {
      return ownOf(principal);
    }
    if (own != null) {
      if (!own.value().equals(asked)) {
        throw ServingException.of(
            Reason.FORBIDDEN, "X-Tenant-ID may only name the tenant that the key belongs to");
      }
      return own;
    }
    try {
      return new TenantId(asked);
    } catch (InvalidNameException e) {
      throw ServingException.notFound("tenant");
    }
  }

  /** Decides about a call that was let in already, by what it turned out to touch. */
  Decision decide(Principal principal, TenantId tenant, Target target, Permission permission) {
    return authorizer.decide(principal, tenant, target, permission);
  }

  /** What of a collection's rows exists for a call; null if all do. */
  @Nullable Filter rows(Decision decision, CollectionSchema schema) {
    return rowFilters.of(decision, schema);
  }

  private Decision require(Principal principal, TenantId tenant, Target target, Route route) {
    Permission permission = route.permission();
    if (permission == null) {
      throw new IllegalStateException("a route without a rule: " + route.path());
    }
    Decision decision = decide(principal, tenant, target, permission);
    return switch (decision.outcome()) {
      case ALLOWED -> decision;
      case FORBIDDEN -> throw forbidden();
      case NOT_YOURS ->
          throw ServingException.notFound(target.collection() == null ? "tenant" : "collection");
    };
  }

  static ServingException forbidden() {
    return ServingException.of(Reason.FORBIDDEN, "your roles do not allow this");
  }
}
