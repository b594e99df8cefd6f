package io.akidb.policies.storage;

import io.akidb.tenancy.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * An identity that the object store is to have.
 *
 * @param purpose what for
 * @param tenant whose; null for a node's
 * @param policy the policy's name
 * @param account the account's access key
 * @param document what it may do: nothing, while its tenant is suspended
 */
record Identity(
    Purpose purpose,
    @Nullable TenantId tenant,
    String policy,
    String account,
    PolicyDocument document) {
  /** For people, and for the file with its credentials: {@code node}, {@code TENANT/ingest}. */
  String label() {
    return tenant == null ? purpose.label() : tenant + "/" + purpose.label();
  }
}
