package io.akidb.policies.command;

import io.akidb.policies.audit.AuditEvent;
import io.akidb.policies.audit.AuditLog;
import io.akidb.policies.audit.Outcome;
import io.akidb.policies.storage.SyncPolicies;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts changes of the store's identities on record: before each is made, and how it ended.
 *
 * @param audit not closed
 */
record AuditedChanges(AuditLog audit) implements SyncPolicies.ChangeListener {
  @Override
  public void change(String action, String name, String identity) {
    audit.require(event(action, name, identity, Outcome.ATTEMPTED));
  }

  @Override
  public void changed(String action, String name, String identity, boolean succeeded) {
    audit.record(event(action, name, identity, succeeded ? Outcome.SUCCEEDED : Outcome.FAILED));
  }

  private static AuditEvent event(String action, String name, String identity, Outcome outcome) {
    return new AuditEvent(
        "sync-policies",
        "policies." + action,
        name,
        null,
        "",
        outcome,
        "",
        new TreeMap<>(Map.of("identity", identity)));
  }
}
