package io.akidb.serving.rest;

import io.akidb.policies.Principal;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.serving.tenant.Tenancy;
import io.akidb.tenancy.Tenant;
import io.akidb.tenancy.TenantQuotas;
import io.akidb.tenancy.rate.RateDecision;
import io.akidb.tenancy.rate.RateDecision.Scope;
import io.javalin.http.Context;
import java.time.Duration;

/** Admits calls by their tenant's limits, and tells callers how near these are. Thread-safe. */
final class RateLimits {
  private final Tenancy tenancy;

  RateLimits(Tenancy tenancy) {
    this.tenancy = tenancy;
  }

  /**
   * Counts a call in a tenant's name, and writes {@code RateLimit-Limit}, {@code
   * RateLimit-Remaining} and {@code RateLimit-Reset} to its answer if there is a limit.
   *
   * @param shares whether the tenant's own limit is meant for it, besides that of each key
   * @throws ServingException RATE_LIMITED
   */
  void admit(Context http, Principal principal, Tenant tenant, boolean shares) {
    tenancy.metrics().request(tenant.tenantId());
    String keyId = principal.keyId();
    tenancy
        .rates()
        .admit(
            tenant.tenantId(),
            keyId == null ? principal.id() : keyId,
            shares ? tenant.quotas() : ofTheKeyAlone(tenant.quotas()))
        .ifPresent(
            decision -> {
              http.header("RateLimit-Limit", Integer.toString(decision.limitPerSecond()));
              http.header("RateLimit-Remaining", Long.toString(decision.remaining()));
              http.header("RateLimit-Reset", Long.toString(seconds(decision.untilFull())));
              if (!decision.isAdmitted()) {
                tenancy.metrics().rateLimited(tenant.tenantId());
                throw refusal(decision);
              }
            });
  }

  private static TenantQuotas ofTheKeyAlone(TenantQuotas quotas) {
    return new TenantQuotas(null, null, null, null, quotas.apiKeyRateLimitPerSecond());
  }

  private static ServingException refusal(RateDecision decision) {
    String limit =
        decision.scope() == Scope.API_KEY
            ? "one API key of the tenant may make "
                + decision.limitPerSecond()
                + " calls a second (api_key_rate_limit_per_second)"
            : "the tenant may make "
                + decision.limitPerSecond()
                + " calls a second (api_rate_limit_per_second)";
    return ServingException.retryAfter(
        Reason.RATE_LIMITED,
        limit + "; send fewer, or ask the operator for more",
        (int) Math.min(Integer.MAX_VALUE, seconds(decision.retryAfter())));
  }

  private static long seconds(Duration duration) {
    return duration.plusNanos(999_999_999).toSeconds();
  }
}
