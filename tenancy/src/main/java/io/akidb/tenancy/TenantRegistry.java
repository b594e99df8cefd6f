package io.akidb.tenancy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.akidb.objectstore.FolderPage;
import io.akidb.objectstore.ObjectContent;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectNotFoundException;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.PreconditionFailedException;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tenants of a bucket: one descriptor each, replaced by compare-and-swap. Thread-safe; holds no
 * state of its own, so that any number of nodes may use one bucket.
 */
public final class TenantRegistry {
  private static final int DESCRIPTOR_BYTES_MAX = 1 << 20;
  private static final int PAGE_LIMIT_MAX = 1000;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          // An update writes the whole descriptor: a field that a later version added must not be
          // dropped silently.
          .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, true)
          .configure(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES, true)
          .addModule(new InstantAsText())
          .build();

  private final ObjectStore store;
  private final Clock clock;

  /** Works on the given bucket; does not close it. */
  public TenantRegistry(ObjectStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /**
   * Creates a tenant with a random id.
   *
   * @throws InvalidNameException naming the field that is out of bounds
   */
  public VersionedTenant create(String name, TenantQuotas quotas, Map<String, String> metadata) {
    return create(TenantId.random(), name, quotas, metadata);
  }

  /**
   * Creates a tenant under a given id.
   *
   * @throws TenantConflictException if the id is taken, also by a deleted tenant
   * @throws InvalidNameException naming the field that is out of bounds
   */
  public VersionedTenant create(
      TenantId id, String name, TenantQuotas quotas, Map<String, String> metadata) {
    Tenant tenant = new Tenant(id, name, now(), null, quotas, metadata);
    try {
      ObjectMetadata written = store.putIfAbsent(key(id), write(tenant));
      return new VersionedTenant(tenant, written.etag());
    } catch (PreconditionFailedException e) {
      throw new TenantConflictException("the tenant exists already");
    }
  }

  /** The tenant {@code default}, created at the first call. */
  public VersionedTenant ensureDefault() {
    Optional<VersionedTenant> existing = find(TenantId.DEFAULT);
    if (existing.isPresent()) {
      return existing.get();
    }
    try {
      return create(TenantId.DEFAULT, "default", TenantQuotas.UNLIMITED, Map.of());
    } catch (TenantConflictException e) {
      return get(TenantId.DEFAULT);
    }
  }

  /** The tenant, or empty if there is none or it was deleted. */
  public Optional<VersionedTenant> find(TenantId id) {
    try {
      ObjectContent content = store.get(key(id), DESCRIPTOR_BYTES_MAX);
      Tenant tenant = read(content);
      return tenant.isDeleted()
          ? Optional.empty()
          : Optional.of(new VersionedTenant(tenant, content.metadata().etag()));
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    }
  }

  /**
   * The tenant.
   *
   * @throws TenantNotFoundException if there is none or it was deleted
   */
  public VersionedTenant get(TenantId id) {
    return find(id).orElseThrow(() -> new TenantNotFoundException("there is no such tenant"));
  }

  /**
   * Replaces what an operator may change.
   *
   * @param ifMatch the entity tag that must still hold, or null to replace whatever stands
   * @throws TenantNotFoundException if there is none or it was deleted
   * @throws TenantConflictException if {@code ifMatch} no longer holds
   */
  public VersionedTenant update(
      TenantId id,
      String name,
      TenantQuotas quotas,
      Map<String, String> metadata,
      @Nullable String ifMatch) {
    VersionedTenant current = get(id);
    return replace(current, current.tenant().with(name, quotas, metadata), ifMatch);
  }

  /**
   * Deletes a tenant: from now on it is answered as missing. Its objects stay until they are
   * purged.
   *
   * @throws TenantNotFoundException if there is none or it was deleted already
   * @throws TenantConflictException if {@code ifMatch} no longer holds
   */
  public void delete(TenantId id, @Nullable String ifMatch) {
    VersionedTenant current = get(id);
    replace(current, current.tenant().deleted(now()), ifMatch);
  }

  /**
   * A page of tenants.
   *
   * @param cursor of the page before, or null for the first
   * @param limit at most this many folders are looked at, 1 to 1,000; the page may hold fewer
   *     tenants
   */
  public TenantPage list(@Nullable String cursor, int limit) {
    FolderPage folders =
        store.listFolders(
            TenantNamespace.TENANTS_PREFIX,
            cursor == null ? null : new TenantId(cursor).value(),
            Math.max(1, Math.min(limit, PAGE_LIMIT_MAX)));
    List<Tenant> tenants = new ArrayList<>(folders.names().size());
    for (String name : folders.names()) {
      find(new TenantId(name)).ifPresent(found -> tenants.add(found.tenant()));
    }
    return new TenantPage(tenants, folders.nextStartAfter());
  }

  private VersionedTenant replace(VersionedTenant current, Tenant next, @Nullable String ifMatch) {
    if (ifMatch != null && !ifMatch.equals(current.etag())) {
      throw new TenantConflictException("the tenant was changed meanwhile; read it again");
    }
    try {
      ObjectMetadata written =
          store.compareAndSwap(key(next.tenantId()), current.etag(), write(next));
      return new VersionedTenant(next, written.etag());
    } catch (PreconditionFailedException e) {
      throw new TenantConflictException("the tenant was changed meanwhile; read it again");
    }
  }

  private Instant now() {
    return clock.instant().truncatedTo(java.time.temporal.ChronoUnit.MILLIS);
  }

  private static String key(TenantId id) {
    return new TenantNamespace(id).tenantManifestKey();
  }

  private static byte[] write(Tenant tenant) {
    try {
      return JSON.writeValueAsBytes(tenant);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tenant's descriptor is always writable", e);
    }
  }

  private static Tenant read(ObjectContent content) {
    try {
      return JSON.readValue(content.bytes(), Tenant.class);
    } catch (IOException | InvalidNameException e) {
      throw new CorruptTenantException("a tenant's descriptor in the bucket cannot be read");
    }
  }
}
