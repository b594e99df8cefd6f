package io.akidb.tenancy;

/** What was asked for does not fit the state that the tenant is in. */
public final class TenantStateException extends TenancyException {
  /** Says what would fit, without repeating a hostile text. */
  public TenantStateException(String message) {
    super(message);
  }
}
