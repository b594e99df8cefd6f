package io.akidb.build;

import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantContext;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantNamespace;
import java.io.Serializable;

/**
 * Which collection is built, in a form that travels to executors.
 *
 * @param tenantId as {@link TenantId} has it
 * @param collectionName as {@link CollectionName} has it
 */
record CollectionAddress(String tenantId, String collectionName) implements Serializable {
  static final String PRINCIPAL = "build-spark";

  /** Checks both. */
  CollectionAddress {
    new TenantId(tenantId);
    new CollectionName(collectionName);
  }

  TenantContext context() {
    return new TenantContext(new TenantId(tenantId), PRINCIPAL);
  }

  TenantNamespace namespace() {
    return context().namespace();
  }

  CollectionName name() {
    return new CollectionName(collectionName);
  }

  @Override
  public String toString() {
    return tenantId + "/" + collectionName;
  }
}
