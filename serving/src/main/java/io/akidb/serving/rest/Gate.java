package io.akidb.serving.rest;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.akidb.policies.ApiKeys;
import io.akidb.policies.Authorizer;
import io.akidb.policies.Permission;
import io.akidb.policies.Principal;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.InvalidNameException;
import io.akidb.tenancy.Tenant;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantRegistry;
import io.akidb.tenancy.VersionedTenant;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who calls, for which tenant, and whether they may: what every call passes first. Thread-safe. */
final class Gate {
  private static final String BEARER = "Bearer ";
  private static final int KEY_LENGTH_MAX = 4096;
  private static final int TENANTS_CACHED_MAX = 100_000;
  private static final Duration TENANT_TRUST = Duration.ofMillis(900);

  private final ApiKeys keys;
  private final Authorizer authorizer = new Authorizer();
  private final RateLimits rates;
  private final LoadingCache<TenantId, Optional<Tenant>> tenants;

  Gate(ApiKeys keys, TenantRegistry registry, RateLimits rates) {
    this.keys = keys;
    this.rates = rates;
    this.tenants =
        Caffeine.newBuilder()
            .maximumSize(TENANTS_CACHED_MAX)
            .expireAfterWrite(TENANT_TRUST)
            .build(id -> registry.find(id).map(VersionedTenant::tenant));
  }

  /**
   * Lets a call in.
   *
   * @throws ServingException UNAUTHENTICATED, FORBIDDEN, NOT_FOUND or RATE_LIMITED
   */
  Call enter(Context http, Route route, int bodyBytesMax) {
    Permission permission = route.permission();
    if (permission == null) {
      return new Call(http, bodyBytesMax, null, null);
    }
    Principal principal =
        key(http)
            .flatMap(keys::authenticate)
            .orElseThrow(
                () ->
                    ServingException.of(
                        Reason.UNAUTHENTICATED,
                        "send a known API key, as 'Authorization: Bearer <key>' or 'X-API-Key:"
                            + " <key>'"));
    if (route.access() == Access.OPERATOR) {
      require(principal, TenantId.DEFAULT, permission);
      return new Call(http, bodyBytesMax, principal, null);
    }
    TenantId id = tenantOf(principal, http.header("X-Tenant-ID"));
    Tenant tenant =
        tenants
            .get(id)
            .orElseThrow(
                () ->
                    principal.tenant() == null
                        ? ServingException.notFound("tenant")
                        : ServingException.of(
                            Reason.UNAUTHENTICATED, "the key's tenant is no more"));
    requireActive(tenant);
    rates.admit(tenant);
    require(principal, id, permission);
    return new Call(http, bodyBytesMax, principal, tenant);
  }

  private static void requireActive(Tenant tenant) {
    if (!tenant.isActive()) {
      throw ServingException.of(
          Reason.TENANT_SUSPENDED, "the tenant is suspended; its operator can resume it");
    }
  }

  /** Forgets what it knows of a tenant, after a change on this node. */
  void forget(TenantId tenant) {
    tenants.invalidate(tenant);
  }

  private static Optional<String> key(Context http) {
    String authorization = http.header("Authorization");
    String key =
        authorization == null
            ? http.header("X-API-Key")
            : authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).trim()
                : null;
    return Optional.ofNullable(key).filter(text -> text.length() <= KEY_LENGTH_MAX);
  }

  private static TenantId tenantOf(Principal principal, @Nullable String asked) {
    TenantId own = principal.tenant();
    if (asked == null) {
      return own == null ? TenantId.DEFAULT : own;
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

  private void require(Principal principal, TenantId tenant, Permission permission) {
    boolean operatorOnly = permission == Permission.TENANTS_MANAGE;
    Authorizer.Decision decision =
        operatorOnly && principal.tenant() != null
            ? Authorizer.Decision.FORBIDDEN
            : authorizer.decide(principal, tenant, permission);
    switch (decision) {
      case ALLOWED -> {}
      case FORBIDDEN ->
          throw ServingException.of(Reason.FORBIDDEN, "the key's role may not do this");
      case NOT_YOURS -> throw ServingException.notFound("resource");
    }
  }
}
