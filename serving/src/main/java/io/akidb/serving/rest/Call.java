package io.akidb.serving.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
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
import java.util.SortedMap;
import java.util.TreeMap;
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
  private final SortedMap<String, String> notes = new TreeMap<>();
  private Blocks body = new Blocks();
  private Departures.@Nullable Room room;
  private @Nullable JsonNode tree;

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

  /** Whose data, or null where the route is of no tenant. */
  @Nullable TenantId tenantId() {
    return tenant == null ? null : tenant.tenantId();
  }

  /** Whether it is known who calls: not where a route is open to all. */
  boolean isOfKnownCaller() {
    return principal != null;
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
    if (!flag("platform")) {
      return tenant().tenantId();
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

  /** A parameter that is {@code true} or {@code false}, which it is if it is not there. */
  boolean flag(String name) {
    String text = parameter(name).orElse("false");
    if (!text.equals("true") && !text.equals("false")) {
      throw ServingException.invalid("?" + name, "must be 'true' or 'false'");
    }
    return text.equals("true");
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

  /** The whole body; empty before it was {@link #receive received}. */
  Blocks body() {
    return body;
  }

  /**
   * The body as JSON, read once; a missing node if it is empty.
   *
   * @throws com.fasterxml.jackson.core.JsonProcessingException if it is none
   */
  JsonNode tree() throws IOException {
    JsonNode known = tree;
    if (known == null) {
      known = Json.WHOLE.readTree(body.open());
      tree = known;
    }
    return known;
  }

  /**
   * Has the audit log say of this call's outcome what was set or taken away.
   *
   * @param name as the API names it
   * @param value without any secret, vector or payload
   */
  void note(String name, JsonNode value) {
    AuditedBody.put(notes, name, value);
  }

  /** The same with a text; null says nothing. */
  void note(String name, @Nullable String value) {
    if (value != null) {
      note(name, TextNode.valueOf(value));
    }
  }

  /** What the handler wants the audit log to say. */
  SortedMap<String, String> notes() {
    return notes;
  }

  /**
   * Reads the body.
   *
   * @param arrival holds what was read, for as long as it is open
   * @throws ServingException TOO_LARGE before more than the bound is held, INVALID_REQUEST or
   *     OVERLOADED as {@link Arrivals.Body#read} says
   */
  void receive(Arrivals.Body arrival) {
    if (http.req().getContentLengthLong() > bodyBytesMax) {
      throw ServingException.of(
          Reason.TOO_LARGE, "the body is larger than the " + bodyBytesMax + " bytes allowed here");
    }
    try (InputStream in = http.req().getInputStream()) {
      body = arrival.read(caller(), in, bodyBytesMax);
      Unread.none(http);
    } catch (IOException e) {
      throw ServingException.of(Reason.INVALID_REQUEST, "the body ended before it was complete", e);
    }
  }

  /** Most bytes of its body. */
  int bodyBytesMax() {
    return bodyBytesMax;
  }

  /** Another call, with what was received as the body of this one, and its room. */
  Call withBodyIn(Call other) {
    other.body = body;
    other.room = room;
    return other;
  }

  /** Gives it room for its answer. */
  Call answeringIn(Departures.Room given) {
    given.of(caller());
    room = given;
    return this;
  }

  /** Where its answer is written. */
  Departures.Room room() {
    if (room == null) {
      throw new IllegalStateException("the call has no room for its answer");
    }
    return room;
  }

  /** The tenant with whose callers it shares what is bounded by tenant; null if with nobody's. */
  @Nullable TenantId sharer() {
    return principal == null ? null : gate.sharer(principal, tenantId());
  }

  /** Who shares places with whom: a tenant's callers, else each for itself, and strangers. */
  private String caller() {
    TenantId sharer = sharer();
    if (sharer != null) {
      return "tenant " + sharer.value();
    }
    return principal == null ? "stranger" : "principal " + principal.id();
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

  static String cut(String text) {
    return text.length() <= 64 ? text : text.substring(0, 64);
  }
}
