package io.akidb.serving.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.policies.CorruptPolicyException;
import io.akidb.policies.Identity;
import io.akidb.policies.InvalidPolicyException;
import io.akidb.policies.Permission;
import io.akidb.policies.PolicyPage;
import io.akidb.policies.Role;
import io.akidb.serving.filter.FilterParser;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code /roles}: a tenant's own, beside the built-in ones. */
final class RoleHandlers {
  private static final List<String> FIELDS = List.of("name", "permissions", "row_filter");

  private final Identity identity;

  RoleHandlers(Identity identity) {
    this.identity = identity;
  }

  List<Route> routes() {
    String one = "/roles/{role}";
    return List.of(
        Route.tenant("POST", "/roles", Permission.USERS_MANAGE, this::create),
        Route.tenant("GET", "/roles", Permission.USERS_MANAGE, this::list),
        Route.tenant("GET", one, Permission.USERS_MANAGE, this::get),
        Route.tenant("DELETE", one, Permission.USERS_MANAGE, this::delete));
  }

  private Answer create(Call call) {
    call.allowParameters();
    Fields body = Fields.ofBody(call, FIELDS);
    JsonNode filter = body.tree("row_filter").orElse(null);
    if (filter != null) {
      // Types are checked against each collection's attributes when it is used.
      FilterParser.parse(filter, "/row_filter", Map.of());
    }
    Role role =
        new Role(
            body.requiredText("name"),
            permissions(body),
            filter == null ? null : filter.toString());
    requireMayHold(call, role);
    Role created = identity.roles().create(call.tenant().tenantId(), role);
    return Answer.of(201, json(created)).with("Location", "/v1/roles/" + created.name());
  }

  private void requireMayHold(Call call, Role role) {
    if (!identity.authorizer().decideRole(call.principal(), role).isAllowed()) {
      throw Gate.forbidden();
    }
  }

  private static Set<Permission> permissions(Fields body) {
    Set<Permission> permissions = EnumSet.noneOf(Permission.class);
    List<String> names = body.texts("permissions", Permission.values().length);
    for (int i = 0; i < names.size(); i++) {
      try {
        permissions.add(Permission.ofWireName(names.get(i)));
      } catch (InvalidPolicyException e) {
        throw ServingException.invalid("/permissions/" + i, String.valueOf(e.getMessage()));
      }
    }
    return permissions;
  }

  private Answer list(Call call) {
    call.allowParameters("limit", "cursor");
    PolicyPage<Role> page =
        identity
            .roles()
            .list(call.tenant().tenantId(), call.parameter("cursor").orElse(null), call.limit());
    return Listing.of(call.room(), page, Role::name, RoleHandlers::json);
  }

  private Answer get(Call call) {
    call.allowParameters();
    return Answer.ok(json(role(call)));
  }

  private Role role(Call call) {
    return identity
        .roles()
        .find(call.tenant().tenantId(), call.path("role"))
        .orElseThrow(() -> ServingException.notFound("role"));
  }

  private Answer delete(Call call) {
    call.allowParameters();
    try {
      Role role = role(call);
      requireMayHold(call, role);
      ObjectNode removed = json(role);
      call.note("removed_permissions", removed.path("permissions"));
      call.note("removed_row_filter", role.rowFilter());
    } catch (CorruptPolicyException e) {
      // It may have been of any permissions.
      requireMayHold(call, Role.ADMIN);
      call.note("removed", "a record that cannot be read");
    }
    identity.roles().delete(call.tenant().tenantId(), call.path("role"));
    return Answer.noContent();
  }

  private static ObjectNode json(Role role) {
    ObjectNode json = Json.object();
    json.put("name", role.name());
    json.put("built_in", Role.builtIn(role.name()).isPresent());
    var permissions = json.putArray("permissions");
    role.permissions().stream().sorted().forEach(each -> permissions.add(each.wireName()));
    String filter = role.rowFilter();
    if (filter != null) {
      json.set("row_filter", tree(filter));
    }
    return json;
  }

  /** A row filter as it was given. */
  static JsonNode tree(String filter) {
    try {
      return Json.WHOLE.readTree(filter);
    } catch (JsonProcessingException e) {
      throw ServingException.of(Reason.UNAVAILABLE, "a stored row filter cannot be read", e);
    }
  }
}
