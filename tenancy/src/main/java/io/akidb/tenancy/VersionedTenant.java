package io.akidb.tenancy;

/**
 * A descriptor and the entity tag to replace exactly it.
 *
 * @param tenant the descriptor
 * @param etag pass to {@link TenantRegistry#update}
 */
public record VersionedTenant(Tenant tenant, String etag) {}
