package io.akidb.serving.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.policies.ApiKeys;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.InvalidNameException;
import io.akidb.tenancy.Tenant;
import io.akidb.tenancy.TenantConflictException;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantPage;
import io.akidb.tenancy.TenantQuotas;
import io.akidb.tenancy.TenantRegistry;
import io.akidb.tenancy.VersionedTenant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code /tenants}: for operators. */
final class TenantHandlers {
  private static final List<String> FIELDS = List.of("name", "quotas", "metadata");
  private static final List<String> QUOTAS =
      List.of(
          "max_storage_bytes",
          "max_collections",
          "max_vectors_per_collection",
          "api_rate_limit_per_second");

  private final TenantRegistry registry;
  private final ApiKeys keys;
  private final Gate gate;

  TenantHandlers(TenantRegistry registry, ApiKeys keys, Gate gate) {
    this.registry = registry;
    this.keys = keys;
    this.gate = gate;
  }

  List<Route> routes() {
    return List.of(
        Route.operator("POST", "/tenants", this::create),
        Route.operator("GET", "/tenants", this::list),
        Route.operator("GET", "/tenants/{tenant_id}", this::get),
        Route.operator("PUT", "/tenants/{tenant_id}", this::replace),
        Route.operator("DELETE", "/tenants/{tenant_id}", this::delete));
  }

  private Answer create(Call call) {
    call.allowParameters();
    Fields body = Fields.ofBody(call, FIELDS);
    VersionedTenant created =
        registry.create(body.requiredText("name"), quotas(body), metadata(body));
    String key = keys.issueFor(created.tenant().tenantId()).plaintext();
    return Answer.of(201, json(created.tenant()).put("api_key", key))
        .with("ETag", quote(created.etag()))
        .with("Location", "/v1/tenants/" + created.tenant().tenantId());
  }

  private Answer list(Call call) {
    call.allowParameters("limit", "cursor");
    TenantPage page;
    try {
      page = registry.list(call.parameter("cursor").orElse(null), call.limit());
    } catch (InvalidNameException e) {
      throw ServingException.invalid("?cursor", "is not one that this list gave out");
    }
    ObjectNode body = Json.object();
    var items = body.putArray("items");
    page.tenants().forEach(tenant -> items.add(json(tenant)));
    body.put("next_cursor", page.nextCursor());
    return Answer.ok(body);
  }

  private Answer get(Call call) {
    call.allowParameters();
    VersionedTenant found = registry.get(id(call));
    return Answer.ok(json(found.tenant())).with("ETag", quote(found.etag()));
  }

  private Answer replace(Call call) {
    call.allowParameters();
    Fields body = Fields.ofBody(call, FIELDS);
    TenantId id = id(call);
    try {
      VersionedTenant changed =
          registry.update(
              id, body.requiredText("name"), quotas(body), metadata(body), ifMatch(call));
      return Answer.ok(json(changed.tenant())).with("ETag", quote(changed.etag()));
    } catch (TenantConflictException e) {
      throw changedMeanwhile(e);
    } finally {
      gate.forget(id);
    }
  }

  private Answer delete(Call call) {
    call.allowParameters();
    TenantId id = id(call);
    if (id.equals(TenantId.DEFAULT)) {
      throw ServingException.of(Reason.CONFLICT, "the tenant 'default' cannot be deleted");
    }
    try {
      registry.delete(id, ifMatch(call));
    } catch (TenantConflictException e) {
      throw changedMeanwhile(e);
    } finally {
      gate.forget(id);
    }
    keys.revokeAllOf(id);
    return Answer.noContent();
  }

  private static ServingException changedMeanwhile(TenantConflictException e) {
    return ServingException.of(
        Reason.PRECONDITION_FAILED, "the tenant was changed meanwhile; read it again", e);
  }

  private static TenantId id(Call call) {
    try {
      return new TenantId(call.path("tenant_id"));
    } catch (InvalidNameException e) {
      throw ServingException.notFound("tenant");
    }
  }

  private static @Nullable String ifMatch(Call call) {
    return call.header("If-Match").map(TenantHandlers::unquote).orElse(null);
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
        narrow(quotas.whole("api_rate_limit_per_second", 1, Integer.MAX_VALUE).orElse(null)));
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
    json.put("created_at", tenant.createdAt().toString());
    ObjectNode quotas = json.putObject("quotas");
    quotas.put("max_storage_bytes", tenant.quotas().maxStorageBytes());
    quotas.put("max_collections", tenant.quotas().maxCollections());
    quotas.put("max_vectors_per_collection", tenant.quotas().maxVectorsPerCollection());
    quotas.put("api_rate_limit_per_second", tenant.quotas().apiRateLimitPerSecond());
    ObjectNode metadata = json.putObject("metadata");
    tenant.metadata().forEach(metadata::put);
    return json;
  }
}
