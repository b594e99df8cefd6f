package io.akidb.tenancy;

/** There is no such tenant, or it was deleted. */
public final class TenantNotFoundException extends TenancyException {
  /** Says what, without repeating a hostile text. */
  public TenantNotFoundException(String message) {
    super(message);
  }
}
