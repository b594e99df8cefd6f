package io.akidb.serving.rest;

import io.akidb.policies.Permission;
import org.jspecify.annotations.Nullable;

/**
 * One route of the API.
 *
 * @param method of HTTP
 * @param path template below the base path, as {@code /collections/{collection}}
 * @param access who may call it
 * @param permission what the caller must be granted; null where access is open, or a key is enough
 * @param narrows whether a grant for some collection is enough to enter, because the handler asks
 *     for each collection that it touches; otherwise the grant must hold for the collection in the
 *     path, or for the whole tenant where there is none
 * @param writes whether a body may be as large as a write's
 * @param handler does it
 */
record Route(
    String method,
    String path,
    Access access,
    @Nullable Permission permission,
    boolean narrows,
    boolean writes,
    RouteHandler handler) {

  static Route open(String method, String path, RouteHandler handler) {
    return new Route(method, path, Access.OPEN, null, false, false, handler);
  }

  static Route keyHolder(String method, String path, RouteHandler handler) {
    return new Route(method, path, Access.KEY_HOLDER, null, false, false, handler);
  }

  static Route operator(String method, String path, RouteHandler handler) {
    return new Route(
        method, path, Access.OPERATOR, Permission.PLATFORM_OPERATE, false, false, handler);
  }

  /** Of the tenant that {@code {tenant_id}} in the path names. */
  static Route namedTenant(
      String method, String path, Permission permission, RouteHandler handler) {
    return new Route(method, path, Access.NAMED_TENANT, permission, false, false, handler);
  }

  static Route tenant(String method, String path, Permission permission, RouteHandler handler) {
    return new Route(method, path, Access.TENANT, permission, false, false, handler);
  }

  /** Touches collections that the path does not name; its handler asks for each. */
  static Route collections(
      String method, String path, Permission permission, RouteHandler handler) {
    return new Route(method, path, Access.TENANT, permission, true, false, handler);
  }

  static Route write(String path, Permission permission, RouteHandler handler) {
    return new Route("POST", path, Access.TENANT, permission, false, true, handler);
  }

  /** Whether it is about the node itself rather than about anybody's data. */
  boolean isOfTheNode() {
    return access == Access.OPEN || path.equals(MetricsAccess.PATH);
  }

  /** Whether it changes nothing by its method, or by what it is: one that explains is a POST. */
  boolean reads() {
    return method.equals("GET") || path.endsWith("/explain");
  }

  boolean isOfACollection() {
    return path.startsWith("/collections/{collection}");
  }
}
