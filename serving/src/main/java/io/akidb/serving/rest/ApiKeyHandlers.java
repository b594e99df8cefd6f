package io.akidb.serving.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.policies.ApiKeyDescriptor;
import io.akidb.policies.ApiKeys;
import io.akidb.policies.Grant;
import io.akidb.policies.Identity;
import io.akidb.policies.IssuedApiKey;
import io.akidb.policies.Permission;
import io.akidb.policies.PolicyPage;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.TenantId;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
    requireMayGrant(call, owner, userId, grants, expiresAt);
    return created(
        call, identity.keys().issue(owner, userId, grants, name, expiresAt, call.principal()));
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
        .with("Location", "/v1/api-keys/" + issued.descriptor().keyId());
  }

  // Whoever makes a key gets to know it, so it must not be able to do more than its maker.
  private void requireMayGrant(
      Call call,
      @Nullable TenantId owner,
      @Nullable String userId,
      @Nullable List<Grant> grants,
      @Nullable String expiresAt) {
    delegation.requireMayLast(call, expiresAt);
    List<Grant> all = new ArrayList<>();
    if (grants != null) {
      all.addAll(grants);
    } else if (userId != null) {
      all.addAll(identity.users().get(owner, userId).grants());
    }
    List<Grant> lasting = all.stream().map(grant -> grant.until(expiresAt)).toList();
    delegation.requireMayGrant(call, owner, lasting);
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
          page.items().stream().filter(key -> with.equals(key.createdWith())).toList();
      page = new PolicyPage<>(made, page.unreadable(), page.nextCursor());
    }
    return Answer.ok(Listing.of(page, ApiKeyHandlers::json));
  }

  private Answer get(Call call) {
    call.allowParameters("platform");
    return Answer.ok(json(identity.keys().get(call.owner(), call.path("api_key_id"))));
  }

  private Answer revoke(Call call) {
    call.allowParameters("platform", "with_created");
    TenantId owner = call.owner();
    boolean withCreated = call.flag("with_created");
    ApiKeyDescriptor key = identity.keys().get(owner, call.path("api_key_id"));
    note(call, key);
    // It first, so that nothing more is made with it while the others are looked for.
    identity.keys().revoke(owner, key.keyId());
    if (withCreated) {
      List<String> made =
          identity.keys().madeWith(owner, key.keyId()).stream()
              .map(ApiKeyDescriptor::keyId)
              .toList();
      call.note("with_created", Json.MAPPER.valueToTree(made));
      made.forEach(id -> identity.keys().revokeIfThere(owner, id));
    }
    return Answer.noContent();
  }

  private Answer rotate(Call call) {
    call.allowParameters("platform");
    Fields body = Fields.ofBody(call, List.of("overlap_secs"));
    long overlap =
        body.whole("overlap_secs", 0, ApiKeys.OVERLAP_MAX.toSeconds()).orElse(OVERLAP_DEFAULT_SECS);
    TenantId owner = call.owner();
    ApiKeyDescriptor old = identity.keys().get(owner, call.path("api_key_id"));
    requireMayGrant(call, owner, old.userId(), old.grants(), old.expiresAt());
    Duration both = Duration.ofSeconds(overlap);
    return created(
        call, identity.keys().rotate(owner, old.keyId(), old.grants(), both, call.principal()));
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
