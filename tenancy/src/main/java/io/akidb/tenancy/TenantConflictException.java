package io.akidb.tenancy;

/** The tenant exists already, or somebody else changed it first: read it again. */
public final class TenantConflictException extends TenancyException {
  /** Says what, without repeating a hostile text. */
  public TenantConflictException(String message) {
    super(message);
  }
}
