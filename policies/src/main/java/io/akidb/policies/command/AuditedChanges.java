package io.akidb.policies.command;

import io.akidb.policies.audit.AuditEvent;
import io.akidb.policies.audit.AuditLog;
import io.akidb.policies.audit.Outcome;
import io.akidb.policies.storage.SyncPolicies;
import io.akidb.policies.storage.SyncPolicies.Change;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts changes of the store's identities on record, in the platform's log and in the one of the
 * tenant whose they are: before each is made, and how it ended. Thread-safe.
 *
 * @param audit not closed
 */
record AuditedChanges(AuditLog audit) implements SyncPolicies.ChangeListener {
  @Override
  public void change(Change change) {
    audit.require(event(change, Outcome.ATTEMPTED));
  }

  @Override
  public void changed(Change change, boolean succeeded) {
    audit.record(event(change, succeeded ? Outcome.SUCCEEDED : Outcome.FAILED));
  }

  private static AuditEvent event(Change change, Outcome outcome) {
    return new AuditEvent(
        "sync-policies",
        "policies." + change.action(),
        change.name(),
        change.tenant(),
        "",
        outcome,
        "",
        new TreeMap<>(Map.of("identity", change.identity())));
  }
}
