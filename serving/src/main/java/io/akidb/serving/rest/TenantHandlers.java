package io.akidb.serving.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.policies.ApiKeys;
import io.akidb.policies.IssuedApiKey;
import io.akidb.policies.Permission;
import io.akidb.serving.collection.OpenCollections;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.serving.tenant.Tenancy;
import io.akidb.tenancy.InvalidNameException;
import io.akidb.tenancy.Tenant;
import io.akidb.tenancy.TenantConflictException;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantLifecycle;
import io.akidb.tenancy.TenantPage;
import io.akidb.tenancy.TenantQuotas;
import io.akidb.tenancy.TenantRegistry;
import io.akidb.tenancy.TenantState;
import io.akidb.tenancy.VersionedTenant;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code /tenants}: for operators; its own also for a tenant's administrator. */
final class TenantHandlers {
  private static final List<String> FIELDS = List.of("name", "quotas", "metadata");
  private static final List<String> QUOTAS =
      List.of(
          "max_storage_bytes",
          "max_collections",
          "max_vectors_per_collection",
          "api_rate_limit_per_second",
          "api_key_rate_limit_per_second");
  private static final Set<TenantState> LIVE =
      EnumSet.of(TenantState.ACTIVE, TenantState.SUSPENDED);
  private static final List<String> STATES = List.of("active", "suspended", "deleted", "purging");

  private final Tenancy tenancy;
  private final ApiKeys keys;
  private final OpenCollections collections;
  private final Gate gate;

  TenantHandlers(Tenancy tenancy, ApiKeys keys, OpenCollections collections, Gate gate) {
    this.tenancy = tenancy;
    this.keys = keys;
    this.collections = collections;
    this.gate = gate;
  }

  List<Route> routes() {
    String path = "/tenants/{tenant_id}";
    return List.of(
        Route.operator("POST", "/tenants", this::create),
        Route.operator("GET", "/tenants", this::list),
        Route.namedTenant("GET", path, Permission.TENANTS_MANAGE, this::get),
        Route.namedTenant("PUT", path, Permission.TENANTS_MANAGE, this::replace),
        Route.operator("DELETE", path, this::delete),
        Route.operator(
            "POST",
            path + "/suspend",
            call -> answer(change(call, id -> registry().suspend(id, ifMatch(call))))),
        Route.operator(
            "POST",
            path + "/resume",
            call -> answer(change(call, id -> registry().resume(id, ifMatch(call))))),
        Route.operator(
            "POST",
            path + "/restore",
            call -> answer(change(call, id -> registry().restore(id, ifMatch(call))))));
  }

  private TenantRegistry registry() {
    return tenancy.registry();
  }

  private Answer create(Call call) {
    call.allowParameters();
    Fields body = Fields.ofBody(call, FIELDS);
    TenantLifecycle.Created<IssuedApiKey> created =
        tenancy
            .lifecycle()
            .create(
                body.requiredText("name"),
                quotas(body),
                metadata(body),
                id -> keys.issueFor(id, call.principal()));
    Tenant tenant = created.versioned().tenant();
    gate.forget(tenant.tenantId());
    call.note("quotas", json(tenant).path("quotas"));
    IssuedApiKey key = created.part();
    ObjectNode answer = json(tenant).put("api_key", key.plaintext());
    GrantJson.put(answer, "api_key_expires_at", key.descriptor().expiresAt());
    return Answer.of(201, answer)
        .with("ETag", quote(created.versioned().etag()))
        .with("Location", "/v1/tenants/" + tenant.tenantId())
        .shownOnce();
  }

  private Answer list(Call call) {
    call.allowParameters("limit", "cursor", "state");
    Set<TenantState> states = call.parameter("state").map(TenantHandlers::states).orElse(LIVE);
    TenantPage page;
    try {
      page = registry().list(call.parameter("cursor").orElse(null), call.limit(), states);
    } catch (InvalidNameException e) {
      throw ServingException.invalid("?cursor", "is not one that this list gave out");
    }
    List<String> unreadable = page.unreadable().stream().map(TenantId::value).toList();
    return Listing.of(
        call.room(),
        page.tenants(),
        unreadable,
        page.nextCursor(),
        tenant -> tenant.tenantId().value(),
        TenantHandlers::json);
  }

  private static Set<TenantState> states(String name) {
    if (!STATES.contains(name)) {
      throw ServingException.invalid("?state", "must be one of " + String.join(", ", STATES));
    }
    return EnumSet.of(TenantState.ofJsonName(name));
  }

  private Answer get(Call call) {
    call.allowParameters();
    return answer(
        registry().findAny(id(call)).orElseThrow(() -> ServingException.notFound("tenant")));
  }

  private static Answer answer(VersionedTenant tenant) {
    return Answer.ok(json(tenant.tenant())).with("ETag", quote(tenant.etag()));
  }

  private Answer replace(Call call) {
    call.allowParameters();
    Fields body = Fields.ofBody(call, FIELDS);
    String name = body.requiredText("name");
    TenantQuotas quotas = quotas(body);
    requireOperatorFor(call, body, "quotas");
    requireOperatorFor(call, body, "metadata");
    Map<String, String> metadata = metadata(body);
    registry()
        .findAny(id(call))
        .ifPresent(before -> call.note("quotas_before", json(before.tenant()).path("quotas")));
    if (call.principal().isOperator()) {
      VersionedTenant changed =
          change(call, id -> registry().update(id, name, quotas, metadata, ifMatch(call)));
      call.note("quotas", json(changed.tenant()).path("quotas"));
      return answer(changed);
    }
    return answer(change(call, id -> rename(call, id, name)));
  }

  private static void requireOperatorFor(Call call, Fields body, String field) {
    if (!call.principal().isOperator() && body.has(field)) {
      throw ServingException.of(
          Reason.FORBIDDEN, "a tenant's " + field + " are set by its operator");
    }
  }

  // Of exactly the version whose quotas and metadata are kept, so that none of the operator's
  // changes is undone.
  private VersionedTenant rename(Call call, TenantId id, String name) {
    VersionedTenant current = registry().get(id);
    String asked = ifMatch(call);
    if (asked != null && !asked.equals(current.etag())) {
      throw ServingException.of(
          Reason.PRECONDITION_FAILED, "the tenant was changed meanwhile; read it again");
    }
    Tenant kept = current.tenant();
    return registry().update(id, name, kept.quotas(), kept.metadata(), current.etag());
  }

  private Answer delete(Call call) {
    TenantId kept = tenancy.modes().defaultTenant();
    if (id(call).equals(kept)) {
      throw ServingException.of(
          Reason.CONFLICT, "the tenant '" + kept + "' is the node's default; it cannot be deleted");
    }
    change(call, id -> tenancy.lifecycle().delete(id, ifMatch(call)));
    return Answer.noContent();
  }

  private VersionedTenant change(Call call, Function<TenantId, VersionedTenant> change) {
    call.allowParameters();
    TenantId id = id(call);
    try {
      VersionedTenant changed = change.apply(id);
      if (!changed.tenant().isActive()) {
        collections.forgetAllOf(id);
        tenancy.usage().forget(id);
      }
      return changed;
    } catch (TenantConflictException e) {
      throw ServingException.of(
          ifMatch(call) == null ? Reason.CONFLICT : Reason.PRECONDITION_FAILED,
          "the tenant was changed meanwhile; read it again",
          e);
    } finally {
      gate.forget(id);
    }
  }

  private static TenantId id(Call call) {
    try {
      return new TenantId(call.path("tenant_id"));
    } catch (InvalidNameException e) {
      throw ServingException.notFound("tenant");
    }
  }

  // A star stands for whatever is there (RFC 9110, 13.1.1).
  private static @Nullable String ifMatch(Call call) {
    return call.header("If-Match")
        .filter(etag -> !etag.equals("*"))
        .map(TenantHandlers::unquote)
        .orElse(null);
  }

  private static String quote(String etag) {
    return "\"" + etag + "\"";
  }

  private static String unquote(String etag) {
    return etag.length() >= 2 && etag.startsWith("\"") && etag.endsWith("\"")
        ? etag.substring(1, etag.length() - 1)
        : etag;
  }

  private static TenantQuotas quotas(Fields body) {
    Fields quotas = body.object("quotas", QUOTAS).orElse(null);
    if (quotas == null) {
      return TenantQuotas.UNLIMITED;
    }
    return new TenantQuotas(
        quotas.whole("max_storage_bytes", 1, Long.MAX_VALUE).orElse(null),
        narrow(quotas.whole("max_collections", 1, Integer.MAX_VALUE).orElse(null)),
        quotas.whole("max_vectors_per_collection", 1, Long.MAX_VALUE).orElse(null),
        narrow(quotas.whole("api_rate_limit_per_second", 1, Integer.MAX_VALUE).orElse(null)),
        narrow(quotas.whole("api_key_rate_limit_per_second", 1, Integer.MAX_VALUE).orElse(null)));
  }

  private static @Nullable Integer narrow(@Nullable Long value) {
    return value == null ? null : Math.toIntExact(value);
  }

  private static Map<String, String> metadata(Fields body) {
    Map<String, String> metadata = new TreeMap<>();
    JsonNode tree = body.tree("metadata").orElse(Json.object());
    if (!tree.isObject()) {
      throw ServingException.invalid("/metadata", "must be an object of strings");
    }
    tree.properties()
        .forEach(
            entry -> {
              if (!entry.getValue().isTextual()) {
                throw ServingException.invalid(
                    "/metadata/" + Call.cut(entry.getKey()), "must be a string");
              }
              metadata.put(entry.getKey(), entry.getValue().textValue());
            });
    return metadata;
  }

  private static ObjectNode json(Tenant tenant) {
    ObjectNode json = Json.object();
    json.put("tenant_id", tenant.tenantId().value());
    json.put("name", tenant.name());
    json.put("state", tenant.state().jsonName());
    json.put("created_at", tenant.createdAt().toString());
    putTime(json, "suspended_at", tenant.suspendedAt());
    putTime(json, "deleted_at", tenant.deletedAt());
    putTime(json, "purge_at", tenant.purgeAt());
    ObjectNode quotas = json.putObject("quotas");
    quotas.put("max_storage_bytes", tenant.quotas().maxStorageBytes());
    quotas.put("max_collections", tenant.quotas().maxCollections());
    quotas.put("max_vectors_per_collection", tenant.quotas().maxVectorsPerCollection());
    quotas.put("api_rate_limit_per_second", tenant.quotas().apiRateLimitPerSecond());
    quotas.put("api_key_rate_limit_per_second", tenant.quotas().apiKeyRateLimitPerSecond());
    ObjectNode metadata = json.putObject("metadata");
    tenant.metadata().forEach(metadata::put);
    return json;
  }

  private static void putTime(ObjectNode json, String name, @Nullable Instant at) {
    if (at != null) {
      json.put(name, at.toString());
    }
  }
}
