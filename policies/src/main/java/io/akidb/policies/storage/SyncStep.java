package io.akidb.policies.storage;

import io.akidb.tenancy.TenantId;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One change of a synchronization.
 *
 * @param kind what is done
 * @param name the policy or account that it is done to
 * @param policy what is attached; empty where nothing is
 * @param label whose identity it is, as {@code TENANT/ingest}; what is removed has its name only
 * @param tenant whose identity it is; null for a node's, and for what no tenant has any more
 */
record SyncStep(Kind kind, String name, String policy, String label, @Nullable TenantId tenant) {
  /** What is done, in the order in which it is done to one identity. */
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

    /** Whether it takes away what no identity has any more. */
    boolean removes() {
      return this == REMOVE_ACCOUNT || this == REMOVE_POLICY;
    }

    /** Whether it makes a secret that somebody has to keep. */
    boolean makesSecret() {
      return this == CREATE_ACCOUNT || this == RECREATE_ACCOUNT || this == ROTATE_SECRET;
    }
  }
}
