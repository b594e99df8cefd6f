package io.akidb.serving.rest;

import io.akidb.policies.Permission;
import org.jspecify.annotations.Nullable;

/**
 * One route of the API.
 *
 * @param method of HTTP
 * @param path template below the base path, as {@code /collections/{collection}}
 * @param access who may call it
 * @param permission what the caller's role must have; null where access is open
 * @param writes whether a body may be as large as a write's
 * @param handler does it
 */
record Route(
    String method,
    String path,
    Access access,
    @Nullable Permission permission,
    boolean writes,
    RouteHandler handler) {

  static Route open(String method, String path, RouteHandler handler) {
    return new Route(method, path, Access.OPEN, null, false, handler);
  }

  static Route operator(String method, String path, RouteHandler handler) {
    return new Route(method, path, Access.OPERATOR, Permission.TENANTS_MANAGE, false, handler);
  }

  static Route tenant(String method, String path, Permission permission, RouteHandler handler) {
    return new Route(method, path, Access.TENANT, permission, false, handler);
  }

  static Route write(String path, Permission permission, RouteHandler handler) {
    return new Route("POST", path, Access.TENANT, permission, true, handler);
  }
}
