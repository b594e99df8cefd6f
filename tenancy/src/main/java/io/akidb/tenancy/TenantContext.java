package io.akidb.tenancy;

/**
 * On whose behalf a call is made; travels as an explicit argument, never a thread-local.
 *
 * @param tenant whose data
 * @param principal who asked, for messages and the audit log: an API key's id, {@code operator}, or
 *     a job's name
 */
public record TenantContext(TenantId tenant, String principal) {
  /** The keys of this tenant. */
  public TenantNamespace namespace() {
    return new TenantNamespace(tenant);
  }
}
