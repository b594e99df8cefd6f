package io.akidb.tenancy.quota;

import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantId;
import java.util.Map;

/** Counts what a tenant uses, from its manifests. */
@FunctionalInterface
public interface UsageSource {
  /**
   * The bytes of each of the tenant's collections, as of a moment during the call. May cost a
   * request for each; throws what the object store throws.
   */
  Map<CollectionName, Long> count(TenantId tenant);
}
