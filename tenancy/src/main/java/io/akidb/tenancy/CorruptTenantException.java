package io.akidb.tenancy;

/** The descriptor in the bucket cannot be read. */
public final class CorruptTenantException extends TenancyException {
  /** Says what, without repeating a hostile text. */
  public CorruptTenantException(String message) {
    super(message);
  }
}
