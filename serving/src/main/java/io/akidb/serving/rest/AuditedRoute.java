package io.akidb.serving.rest;

import io.akidb.policies.Permission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a route is in the audit log, told by its method, path and permission, so that a new route
 * cannot be forgotten.
 *
 * @param action as {@code tenants.create}, {@code tenants.suspend}, {@code api-keys.rotate}
 * @param kind what is put on record of it
 */
record AuditedRoute(String action, Kind kind) {
  /** What is put on record, besides that the caller was refused. */
  enum Kind {
    /** The attempt, before anything is done, and the outcome. */
    CHANGE,
    /** That it was read. */
    READ,
    /** Nothing: data is read and written too often for it. */
    DATA
  }

  private static final Set<Permission> ADMINISTRATION =
      EnumSet.of(
          Permission.PLATFORM_OPERATE,
          Permission.TENANTS_MANAGE,
          Permission.USERS_MANAGE,
          Permission.AUDIT_READ);
  private static final Set<Permission> DATA =
      EnumSet.of(Permission.COLLECTIONS_READ, Permission.VECTORS_SEARCH, Permission.VECTORS_INSERT);

  static AuditedRoute of(Route route) {
    return new AuditedRoute(action(route), kind(route));
  }

  private static Kind kind(Route route) {
    if (route.isOfTheNode()) {
      return Kind.DATA;
    }
    Permission permission = route.permission();
    if (permission == null) {
      return Kind.CHANGE;
    }
    if (route.reads()) {
      return ADMINISTRATION.contains(permission) ? Kind.READ : Kind.DATA;
    }
    return DATA.contains(permission) ? Kind.DATA : Kind.CHANGE;
  }

  private static String action(Route route) {
    List<String> names = new ArrayList<>();
    boolean endsWithOne = false;
    for (String part : route.path().substring(1).split("/", -1)) {
      endsWithOne = part.startsWith("{");
      if (!endsWithOne) {
        names.add(part.toLowerCase(Locale.ROOT));
      }
    }
    String verb =
        switch (route.method()) {
          case "GET" -> endsWithOne ? "read" : "list";
          case "PUT", "PATCH" -> "update";
          case "DELETE" -> "delete";
          // A path that ends with a verb of its own, as /tenants/{tenant_id}/suspend, needs none.
          default -> names.size() == 1 ? "create" : "";
        };
    if (!verb.isEmpty()) {
      names.add(verb);
    }
    return String.join(".", names);
  }
}
