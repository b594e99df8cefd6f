package io.akidb.policies.storage;

/** A synchronization was asked for that cannot be: the message says the remedy. */
public final class PolicySyncUsageException extends StoragePolicyException {
  /** Says what is wrong and what to do. */
  public PolicySyncUsageException(String message) {
    super(message, null);
  }
}
