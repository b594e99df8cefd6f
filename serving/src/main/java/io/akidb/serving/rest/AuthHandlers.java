package io.akidb.serving.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.policies.AccessTokens;
import io.akidb.policies.ApiKeyDescriptor;
import io.akidb.policies.Decision;
import io.akidb.policies.Identity;
import io.akidb.policies.InvalidPolicyException;
import io.akidb.policies.Permission;
import io.akidb.policies.Principal;
import io.akidb.policies.Target;
import io.akidb.policies.User;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.InvalidNameException;
import io.akidb.tenancy.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** {@code /auth}: short-lived tokens; {@code /authz}: why somebody may or may not do something. */
final class AuthHandlers {
  private static final List<String> EXPLAIN_FIELDS =
      List.of("permission", "collection", "user_id", "api_key_id");

  private static final long LIFETIME_DEFAULT_SECS = 900;

  private final Identity identity;

  AuthHandlers(Identity identity) {
    this.identity = identity;
  }

  List<Route> routes() {
    return List.of(
        Route.keyHolder("POST", "/auth/token", this::token),
        Route.tenant("POST", "/authz/explain", Permission.USERS_MANAGE, this::explain));
  }

  private Answer token(Call call) {
    call.allowParameters();
    Fields body = Fields.ofBody(call, List.of("lifetime_secs"));
    long lifetime =
        body.whole("lifetime_secs", 1, AccessTokens.LIFETIME_MAX.toSeconds())
            .orElse(LIFETIME_DEFAULT_SECS);
    AccessTokens.Issued issued =
        identity.accessTokens().issue(call.principal(), Duration.ofSeconds(lifetime));
    call.note("expires_at", issued.expiresAt().toString());
    return Answer.ok(
        Json.object()
            .put("access_token", issued.text())
            .put("token_type", "Bearer")
            .put("expires_in", lifetime)
            .put("expires_at", issued.expiresAt().toString()));
  }

  private Answer explain(Call call) {
    call.allowParameters();
    Fields body = Fields.ofBody(call, EXPLAIN_FIELDS);
    Permission permission = permission(body);
    Target target = target(body);
    Optional<Principal> principal = principal(call, body);
    ObjectNode answer = Json.object();
    answer.put("permission", permission.wireName());
    if (principal.isEmpty()) {
      return Answer.ok(
          answer
              .put("decision", "unauthenticated")
              .put("reason", "the key has expired, or its user is no more"));
    }
    Decision decision =
        identity.authorizer().decide(principal.get(), call.tenant().tenantId(), target, permission);
    answer.put("principal", principal.get().id());
    answer.put("decision", decision.outcome().name().toLowerCase(Locale.ROOT));
    answer.put("reason", decision.reason());
    var filters = answer.putArray("row_filters");
    decision.rowFilters().forEach(filter -> filters.add(RoleHandlers.tree(filter)));
    return Answer.ok(answer);
  }

  private static Permission permission(Fields body) {
    try {
      return Permission.ofWireName(body.requiredText("permission"));
    } catch (InvalidPolicyException e) {
      throw ServingException.invalid("/permission", String.valueOf(e.getMessage()));
    }
  }

  private static Target target(Fields body) {
    String name = body.text("collection").orElse(null);
    if (name == null) {
      return Target.tenant();
    }
    try {
      return Target.of(new CollectionName(name));
    } catch (InvalidNameException e) {
      throw ServingException.invalid("/collection", "can be no collection's name");
    }
  }

  private Optional<Principal> principal(Call call, Fields body) {
    TenantId tenant = call.tenant().tenantId();
    String userId = body.text("user_id").orElse(null);
    String keyId = body.text("api_key_id").orElse(null);
    if (userId != null && keyId != null) {
      throw ServingException.invalid("/api_key_id", "cannot stand beside user_id");
    }
    if (userId != null) {
      User user = identity.users().get(tenant, userId);
      return Optional.of(
          new Principal(user.principalId(), user.tenant(), user.grants(), null, null));
    }
    if (keyId != null) {
      ApiKeyDescriptor key = identity.keys().get(tenant, keyId);
      return identity.keys().principalOf(key.keyId());
    }
    return Optional.of(call.principal());
  }
}
