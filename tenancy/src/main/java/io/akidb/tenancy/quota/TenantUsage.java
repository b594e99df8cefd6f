package io.akidb.tenancy.quota;

/**
 * What a tenant uses.
 *
 * @param collections how many
 * @param storageBytes of live segments and shards
 */
public record TenantUsage(int collections, long storageBytes) {}
