package io.akidb.tenancy;

/** The root of what this room throws besides the object store's own exceptions. */
public abstract sealed class TenancyException extends RuntimeException
    permits InvalidNameException,
        TenantNotFoundException,
        TenantConflictException,
        TenantStateException,
        CorruptTenantException,
        QuotaExceededException {
  TenancyException(String message) {
    super(message);
  }
}
