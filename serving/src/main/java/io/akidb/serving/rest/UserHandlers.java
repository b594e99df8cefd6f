package io.akidb.serving.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.policies.ApiKeyDescriptor;
import io.akidb.policies.CorruptPolicyException;
import io.akidb.policies.Grant;
import io.akidb.policies.Identity;
import io.akidb.policies.IssuedApiKey;
import io.akidb.policies.Permission;
import io.akidb.policies.PolicyPage;
import io.akidb.policies.Role;
import io.akidb.policies.User;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.TenantId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /users}: people and service accounts of a tenant, and the platform's operators. */
final class UserHandlers {
  private static final List<String> FIELDS =
      List.of("email", "name", "kind", "tenant_id", "role", "grants");

  private final Identity identity;
  private final Delegation delegation;

  UserHandlers(Identity identity) {
    this.identity = identity;
    this.delegation = new Delegation(identity);
  }

  List<Route> routes() {
    String one = "/users/{user_id}";
    return List.of(
        Route.tenant("POST", "/users", Permission.USERS_MANAGE, this::create),
        Route.tenant("GET", "/users", Permission.USERS_MANAGE, this::list),
        Route.tenant("GET", one, Permission.USERS_MANAGE, this::get),
        Route.tenant("DELETE", one, Permission.USERS_MANAGE, this::delete),
        Route.tenant("POST", one + "/roles", Permission.USERS_MANAGE, this::grant),
        Route.tenant("DELETE", one + "/roles/{role}", Permission.USERS_MANAGE, this::withdraw));
  }

  private Answer create(Call call) {
    call.allowParameters("platform");
    Fields body = Fields.ofBody(call, FIELDS);
    TenantId owner = owner(call, body);
    User.Kind kind = User.Kind.ofWireName(body.text("kind").orElse(User.Kind.USER.wireName()));
    boolean person = kind == User.Kind.USER;
    if (body.has(person ? "name" : "email")) {
      throw ServingException.invalid(
          person ? "/name" : "/email",
          person ? "is a service account's; a user has email" : "is a user's; give name");
    }
    String name = body.requiredText(person ? "email" : "name");
    List<Grant> asked = GrantJson.parseAll(body);
    List<Grant> grants = asked == null ? List.of() : asked;
    delegation.requireMayGrant(call, owner, grants);
    identity.keys().requireRoom(owner);
    User user = identity.users().create(owner, kind, name, grants);
    call.note("user_id", user.userId());
    IssuedApiKey key = firstKey(call, user);
    ApiKeyDescriptor made = key.descriptor();
    call.note("api_key_id", made.keyId());
    ObjectNode answer = json(user).put("api_key_id", made.keyId()).put("api_key", key.plaintext());
    GrantJson.put(answer, "api_key_expires_at", made.expiresAt());
    return Answer.of(201, answer).with("Location", "/v1/users/" + user.userId()).shownOnce();
  }

  // A user whose key nobody was told is taken back.
  private IssuedApiKey firstKey(Call call, User user) {
    try {
      return identity
          .keys()
          .issue(
              user.tenant(),
              user.userId(),
              delegation.reach(call, user),
              null,
              Delegation.endOf(call),
              call.principal());
    } catch (RuntimeException e) {
      try {
        identity.users().delete(user.tenant(), user.userId());
        call.note("removed", user.name());
      } catch (RuntimeException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  // A tenant in the body may only say again whose the call is.
  private static @Nullable TenantId owner(Call call, Fields body) {
    TenantId owner = call.owner();
    body.text("tenant_id")
        .filter(asked -> owner == null || !asked.equals(owner.value()))
        .ifPresent(
            asked -> {
              throw ServingException.invalid(
                  "/tenant_id", "must be the call's tenant; an operator names it by X-Tenant-ID");
            });
    return owner;
  }

  private Answer list(Call call) {
    call.allowParameters("limit", "cursor", "platform");
    PolicyPage<User> page =
        identity.users().list(call.owner(), call.parameter("cursor").orElse(null), call.limit());
    return Listing.of(call.room(), page, User::userId, UserHandlers::json);
  }

  private Answer get(Call call) {
    call.allowParameters("platform");
    return Answer.ok(json(identity.users().get(call.owner(), call.path("user_id"))));
  }

  private Answer delete(Call call) {
    call.allowParameters("platform");
    TenantId owner = call.owner();
    try {
      User user = identity.users().get(owner, call.path("user_id"));
      delegation.requireOver(call, user);
      call.note("removed", user.name());
      call.note("removed_grants", GrantJson.json(user.grants()));
    } catch (CorruptPolicyException e) {
      delegation.requireOverAll(call, owner);
      call.note("removed", "a record that cannot be read");
    }
    identity.users().delete(owner, call.path("user_id"));
    return Answer.noContent();
  }

  private Answer grant(Call call) {
    call.allowParameters("platform");
    Grant grant = GrantJson.parse(Fields.ofBody(call, GrantJson.FIELDS));
    TenantId owner = call.owner();
    delegation.requireMayGrant(call, owner, List.of(grant));
    // A grant with a row filter takes away: rows, and what nobody may do who has one.
    if (identity.roles().find(owner, grant.role()).map(Role::rowFilter).isPresent()) {
      delegation.requireOver(call, identity.users().get(owner, call.path("user_id")));
    }
    User granted = identity.users().grant(owner, call.path("user_id"), grant);
    call.note("grants", GrantJson.json(granted.grants()));
    return Answer.ok(json(granted));
  }

  private Answer withdraw(Call call) {
    call.allowParameters("platform");
    TenantId owner = call.owner();
    User before = identity.users().get(owner, call.path("user_id"));
    // All, not only what is removed: without a row filter the rest may do more.
    delegation.requireOver(call, before);
    User after = identity.users().withdraw(owner, before.userId(), call.path("role"));
    call.note(
        "removed_grants",
        GrantJson.json(
            before.grants().stream().filter(each -> !after.grants().contains(each)).toList()));
    call.note("grants", GrantJson.json(after.grants()));
    return Answer.ok(json(after));
  }

  private static ObjectNode json(User user) {
    TenantId tenant = user.tenant();
    ObjectNode json = Json.object();
    json.put("user_id", user.userId());
    json.put("tenant_id", tenant == null ? null : tenant.value());
    json.put("kind", user.kind().wireName());
    json.put(user.kind() == User.Kind.USER ? "email" : "name", user.name());
    json.set("grants", GrantJson.json(user.grants()));
    json.put("created_at", user.createdAt());
    return json;
  }
}
