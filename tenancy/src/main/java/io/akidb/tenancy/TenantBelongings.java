package io.akidb.tenancy;

/**
 * What belongs to a tenant without lying below its prefix, such as its API keys. Another room knows
 * where it is.
 */
@FunctionalInterface
public interface TenantBelongings {
  /**
   * Removes all of it for good. Called again after a failure, and more than once; removing what is
   * gone is no error.
   */
  void removeAllOf(TenantId tenant);
}
