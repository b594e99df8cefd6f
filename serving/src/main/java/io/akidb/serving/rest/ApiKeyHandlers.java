package io.akidb.serving.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.policies.ApiKeyDescriptor;
import io.akidb.policies.ApiKeyNotFoundException;
import io.akidb.policies.ApiKeys;
import io.akidb.policies.CorruptApiKeyException;
import io.akidb.policies.Grant;
import io.akidb.policies.Identity;
import io.akidb.policies.IssuedApiKey;
import io.akidb.policies.Permission;
import io.akidb.policies.PolicyPage;
import io.akidb.policies.User;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.TenantId;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api-keys}: a tenant's, its users', and the operators'. */
final class ApiKeyHandlers {
  private static final List<String> FIELDS =
      List.of("name", "user_id", "role", "grants", "expires_at");
  private static final long OVERLAP_DEFAULT_SECS = 3600;

  private final Identity identity;
  private final Clock clock;
  private final Delegation delegation;

  ApiKeyHandlers(Identity identity, Clock clock) {
    this.identity = identity;
    this.clock = clock;
    this.delegation = new Delegation(identity);
  }

  List<Route> routes() {
    String one = "/api-keys/{api_key_id}";
    return List.of(
        Route.tenant("POST", "/api-keys", Permission.USERS_MANAGE, this::create),
        Route.tenant("GET", "/api-keys", Permission.USERS_MANAGE, this::list),
        Route.tenant("GET", one, Permission.USERS_MANAGE, this::get),
        Route.tenant("DELETE", one, Permission.USERS_MANAGE, this::revoke),
        Route.tenant("POST", one + "/rotate", Permission.USERS_MANAGE, this::rotate));
  }

  private Answer create(Call call) {
    call.allowParameters("platform");
    Fields body = Fields.ofBody(call, FIELDS);
    TenantId owner = call.owner();
    String userId = body.text("user_id").orElse(null);
    List<Grant> grants = GrantJson.parseAll(body);
    if (userId == null && grants == null) {
      throw ServingException.invalid("/role", "or grants are needed where there is no user_id");
    }
    String name = body.text("name").orElse(null);
    String expiresAt = expiresAt(body);
    List<Grant> held = requireMayHold(call, owner, userId, grants, expiresAt);
    return created(
        call, identity.keys().issue(owner, userId, held, name, expiresAt, call.principal()));
  }

  private static void note(Call call, ApiKeyDescriptor key) {
    ObjectNode told = json(key);
    for (String field :
        List.of("api_key_id", "prefix", "user_id", "name", "grants", "expires_at")) {
      if (told.hasNonNull(field)) {
        call.note(field, told.get(field));
      }
    }
  }

  private static Answer created(Call call, IssuedApiKey issued) {
    note(call, issued.descriptor());
    return Answer.of(201, json(issued.descriptor()).put("api_key", issued.plaintext()))
        .with("Location", "/v1/api-keys/" + issued.descriptor().keyId())
        .shownOnce();
  }

  // Whoever makes a key gets to know it, so it must never be able to do more than its maker.
  private @Nullable List<Grant> requireMayHold(
      Call call,
      @Nullable TenantId owner,
      @Nullable String userId,
      @Nullable List<Grant> grants,
      @Nullable String expiresAt) {
    delegation.requireMayLast(call, expiresAt);
    if (grants != null) {
      List<Grant> lasting = grants.stream().map(grant -> grant.until(expiresAt)).toList();
      delegation.requireMayGrant(call, owner, lasting);
    }
    if (userId == null) {
      return grants;
    }
    User user = identity.users().get(owner, userId);
    delegation.requireOver(call, user);
    return grants == null ? delegation.reach(call, user) : grants;
  }

  private @Nullable String expiresAt(Fields body) {
    String text = body.text("expires_at").orElse(null);
    if (text == null) {
      return null;
    }
    try {
      if (Instant.parse(text).isAfter(clock.instant())) {
        return text;
      }
    } catch (DateTimeException e) {
      // the same message
    }
    throw ServingException.invalid(
        "/expires_at", "must be a time to come, as 2030-01-31T12:00:00Z");
  }

  private Answer list(Call call) {
    call.allowParameters("limit", "cursor", "platform", "created_with");
    PolicyPage<ApiKeyDescriptor> page =
        identity.keys().list(call.owner(), call.parameter("cursor").orElse(null), call.limit());
    String with = call.parameter("created_with").orElse(null);
    if (with != null) {
      List<ApiKeyDescriptor> made =
          page.items().stream().filter(key -> key.comesFrom(with)).toList();
      page = new PolicyPage<>(made, page.unreadable(), page.nextCursor());
    }
    return Listing.of(call.room(), page, ApiKeyDescriptor::keyId, ApiKeyHandlers::json);
  }

  private Answer get(Call call) {
    call.allowParameters("platform");
    return Answer.ok(json(identity.keys().get(call.owner(), call.path("api_key_id"))));
  }

  private Answer revoke(Call call) {
    call.allowParameters("platform", "with_created");
    TenantId owner = call.owner();
    boolean withCreated = call.flag("with_created");
    String keyId = call.path("api_key_id");
    try {
      requireMayRevoke(call, owner, keyId);
    } catch (ApiKeyNotFoundException e) {
      // Revoked before, by whoever did not know of what it made, or did not want it to be found.
      if (!withCreated || !revokeMade(call, owner, keyId)) {
        throw e;
      }
      return Answer.noContent();
    }
    if (withCreated) {
      identity.keys().madeWith(owner, keyId).forEach(made -> delegation.requireOver(call, made));
    }
    identity.keys().revoke(owner, keyId);
    if (withCreated) {
      // Again, now that nothing more can be made with it.
      revokeAll(call, owner, identity.keys().madeWith(owner, keyId));
    }
    return Answer.noContent();
  }

  /** Revokes what was made with a key that is gone; false if there is nothing. */
  private boolean revokeMade(Call call, @Nullable TenantId owner, String keyId) {
    List<ApiKeyDescriptor> made = identity.keys().madeWith(owner, keyId);
    made.forEach(each -> delegation.requireOver(call, each));
    revokeAll(call, owner, made);
    return !made.isEmpty();
  }

  private void requireMayRevoke(Call call, @Nullable TenantId owner, String keyId) {
    try {
      ApiKeyDescriptor key = identity.keys().get(owner, keyId);
      delegation.requireOver(call, key);
      note(call, key);
    } catch (CorruptApiKeyException e) {
      delegation.requireOverAll(call, owner);
      call.note("removed", "a record that cannot be read");
    }
  }

  private void revokeAll(Call call, @Nullable TenantId owner, List<ApiKeyDescriptor> made) {
    List<String> ids = made.stream().map(ApiKeyDescriptor::keyId).toList();
    call.note("with_created", Json.MAPPER.valueToTree(ids));
    for (ApiKeyDescriptor each : made) {
      delegation.requireOver(call, each);
      identity.keys().revokeIfThere(owner, each.keyId());
    }
  }

  private Answer rotate(Call call) {
    call.allowParameters("platform");
    Fields body = Fields.ofBody(call, List.of("overlap_secs"));
    long overlap =
        body.whole("overlap_secs", 0, ApiKeys.OVERLAP_MAX.toSeconds()).orElse(OVERLAP_DEFAULT_SECS);
    TenantId owner = call.owner();
    ApiKeyDescriptor old = identity.keys().get(owner, call.path("api_key_id"));
    List<Grant> held = requireMayHold(call, owner, old.userId(), old.grants(), old.expiresAt());
    return created(
        call,
        identity
            .keys()
            .rotate(owner, old.keyId(), held, Duration.ofSeconds(overlap), call.principal()));
  }

  private static ObjectNode json(ApiKeyDescriptor key) {
    TenantId tenant = key.tenant();
    ObjectNode json = Json.object();
    json.put("api_key_id", key.keyId());
    json.put("prefix", "akidb_" + key.keyId());
    json.put("tenant_id", tenant == null ? null : tenant.value());
    GrantJson.put(json, "user_id", key.userId());
    GrantJson.put(json, "name", key.name());
    List<Grant> grants = key.grants();
    if (grants != null) {
      json.set("grants", GrantJson.json(grants));
    }
    json.put("created_at", key.createdAt());
    GrantJson.put(json, "expires_at", key.expiresAt());
    GrantJson.put(json, "created_by", key.createdBy());
    GrantJson.put(json, "created_with", key.createdWith());
    return json;
  }
}
