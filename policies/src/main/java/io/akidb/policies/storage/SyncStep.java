package io.akidb.policies.storage;

import java.util.Locale;

/**
 * One change of a synchronization.
 *
 * @param kind what is done
 * @param name the policy or account that it is done to
 * @param policy what is attached; empty where nothing is
 * @param label whose identity it is, as {@code TENANT/ingest}; what is removed has its name only
 */
record SyncStep(Kind kind, String name, String policy, String label) {
  /** What is done, in the order in which it is done. */
  enum Kind {
    CREATE_POLICY,
    UPDATE_POLICY,
    CREATE_ACCOUNT,
    RECREATE_ACCOUNT,
    ROTATE_SECRET,
    ATTACH_POLICY,
    REMOVE_ACCOUNT,
    REMOVE_POLICY;

    /** As {@code create-policy}. */
    String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether it makes a secret that somebody has to keep. */
    boolean makesSecret() {
      return this == CREATE_ACCOUNT || this == RECREATE_ACCOUNT || this == ROTATE_SECRET;
    }
  }
}
