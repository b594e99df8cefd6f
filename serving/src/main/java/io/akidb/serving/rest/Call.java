package io.akidb.serving.rest;

import io.akidb.catalog.CollectionSchema;
import io.akidb.policies.Decision;
import io.akidb.policies.Permission;
import io.akidb.policies.Principal;
import io.akidb.policies.Target;
import io.akidb.serving.filter.Filter;
import io.akidb.serving.problem.NearestName;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.InvalidNameException;
import io.akidb.tenancy.Tenant;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request, after the gate. For one thread. */
final class Call {
  private static final int LIMIT_DEFAULT = 100;
  private static final int LIMIT_MAX = 1000;

  private final Context http;
  private final int bodyBytesMax;
  private final Gate gate;
  private final @Nullable Principal principal;
  private final @Nullable Tenant tenant;
  private final Decision decision;
  private byte @Nullable [] body;

  Call(
      Context http,
      int bodyBytesMax,
      Gate gate,
      @Nullable Principal principal,
      @Nullable Tenant tenant,
      Decision decision) {
    this.http = http;
    this.bodyBytesMax = bodyBytesMax;
    this.gate = gate;
    this.principal = principal;
    this.tenant = tenant;
    this.decision = decision;
  }

  /**
   * Decides about a collection that the path does not name.
   *
   * @throws ServingException FORBIDDEN
   */
  void require(CollectionName collection, Permission permission) {
    if (!decide(collection, permission).isAllowed()) {
      throw Gate.forbidden();
    }
  }

  /** What holds for a collection that the path does not name. */
  Decision decide(CollectionName collection, Permission permission) {
    return gate.decide(principal(), tenant().tenantId(), Target.of(collection), permission);
  }

  /**
   * Which rows of the collection in the path exist for the caller; null if all do.
   *
   * @throws ServingException FORBIDDEN if that cannot be told
   */
  @Nullable Filter rows(CollectionSchema schema) {
    return gate.rows(decision, schema);
  }

  /** Whether some rows of the collection in the path may be hidden from the caller. */
  boolean isFiltered() {
    return !decision.rowFilters().isEmpty();
  }

  /** On whose behalf. */
  TenantContext context() {
    return new TenantContext(tenant().tenantId(), principal().id());
  }

  /** Whose data, with its quotas. */
  Tenant tenant() {
    if (tenant == null) {
      throw new IllegalStateException("the route has no tenant");
    }
    return tenant;
  }

  /** Who calls. */
  Principal principal() {
    if (principal == null) {
      throw new IllegalStateException("the route is open");
    }
    return principal;
  }

  /**
   * Whose users and keys the call is about: the tenant's, or with {@code ?platform=true} the
   * operators' (null), which are an operator's business only.
   *
   * @throws ServingException FORBIDDEN
   */
  @Nullable TenantId owner() {
    String platform = parameter("platform").orElse("false");
    if (platform.equals("false")) {
      return tenant().tenantId();
    }
    if (!platform.equals("true")) {
      throw ServingException.invalid("?platform", "must be 'true' or 'false'");
    }
    Decision operating =
        gate.decide(principal(), tenant().tenantId(), Target.tenant(), Permission.PLATFORM_OPERATE);
    if (!operating.isAllowed()) {
      throw Gate.forbidden();
    }
    return null;
  }

  String path(String parameter) {
    return http.pathParam(parameter);
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(http.header(name));
  }

  /**
   * The collection in the path; a text that can be no name is answered like a name that nobody has.
   */
  CollectionName collection() {
    return collection(http);
  }

  static CollectionName collection(Context http) {
    try {
      return new CollectionName(http.pathParam("collection"));
    } catch (InvalidNameException e) {
      throw ServingException.notFound("collection");
    }
  }

  /** Refuses parameters that the route does not know. */
  void allowParameters(String... known) {
    List<String> names = List.of(known);
    for (String name : http.queryParamMap().keySet()) {
      if (!names.contains(name)) {
        throw ServingException.invalid(
            "?" + cut(name), "is no parameter of this call" + NearestName.hint(name, names));
      }
    }
  }

  Optional<String> parameter(String name) {
    return Optional.ofNullable(http.queryParam(name));
  }

  /** {@code ?limit=}, 1 to 1,000. */
  int limit() {
    return parameter("limit")
        .map(
            text -> {
              try {
                int limit = Integer.parseInt(text);
                if (limit >= 1 && limit <= LIMIT_MAX) {
                  return limit;
                }
              } catch (NumberFormatException e) {
                // the same answer
              }
              throw ServingException.invalid("?limit", "must be 1 to " + LIMIT_MAX);
            })
        .orElse(LIMIT_DEFAULT);
  }

  /**
   * The whole body.
   *
   * @throws ServingException TOO_LARGE before more than the bound is held
   */
  byte[] body() {
    byte[] known = body;
    if (known == null) {
      known = readBody();
      body = known;
    }
    return known;
  }

  private byte[] readBody() {
    long announced = http.req().getContentLengthLong();
    if (announced > bodyBytesMax) {
      throw tooLarge();
    }
    try (InputStream in = http.req().getInputStream()) {
      byte[] bytes = in.readNBytes(bodyBytesMax + 1);
      if (bytes.length > bodyBytesMax) {
        throw tooLarge();
      }
      return bytes;
    } catch (IOException e) {
      throw ServingException.of(Reason.INVALID_REQUEST, "the body ended before it was complete", e);
    }
  }

  /** The body's media type without parameters, in lower case. */
  String contentType() {
    String type = http.contentType();
    if (type == null) {
      return Answer.JSON;
    }
    int semicolon = type.indexOf(';');
    return (semicolon < 0 ? type : type.substring(0, semicolon))
        .trim()
        .toLowerCase(java.util.Locale.ROOT);
  }

  private ServingException tooLarge() {
    return ServingException.of(
        Reason.TOO_LARGE, "the body is larger than the " + bodyBytesMax + " bytes allowed here");
  }

  static String cut(String text) {
    return text.length() <= 64 ? text : text.substring(0, 64);
  }
}
