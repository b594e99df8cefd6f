package io.akidb.tenancy;

/** The tenant has used up one of its quotas. The message says which, how far, and what to do. */
public final class QuotaExceededException extends TenancyException {
  private final String quota;

  /**
   * Names the quota.
   *
   * @param quota as in the descriptor, such as {@code max_collections}
   * @param message for the tenant
   */
  public QuotaExceededException(String quota, String message) {
    super(message);
    this.quota = quota;
  }

  /** As in the descriptor, such as {@code max_collections}. */
  public String quota() {
    return quota;
  }
}
