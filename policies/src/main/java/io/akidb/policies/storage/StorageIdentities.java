package io.akidb.policies.storage;

import java.util.Map;

/**
 * The policies and accounts of an object store, as its administration tells and changes them. Every
 * method throws {@link IdentitiesUnavailableException} if the administration does not answer or
 * refuses. MinIO is one; AWS IAM can be another, with the same documents.
 */
public interface StorageIdentities extends AutoCloseable {
  /**
   * An account, which acts with an access key and a secret.
   *
   * @param policies the names of what is attached to it, joined by commas; empty for none
   * @param enabled whether the store lets it in
   * @param grouped whether it is in any group, and so may what the group may
   */
  record Account(String policies, boolean enabled, boolean grouped) {}

  /** All policies of the store, also those of others: name to JSON. */
  Map<String, String> policies();

  /** All accounts of the store, also those of others: access key to account. */
  Map<String, Account> accounts();

  /** Creates or replaces a policy. */
  void putPolicy(String name, PolicyDocument document);

  /** Removes a policy that is attached to nobody. */
  void removePolicy(String name);

  /** Creates an account without any policy, or gives the one that is there another secret. */
  void putAccount(String accessKey, String secretKey);

  /** Makes a policy the only one of an account. */
  void attach(String accessKey, String policy);

  /** Removes an account, from all groups too; its credentials stop working. */
  void removeAccount(String accessKey);

  @Override
  void close();
}
