package io.akidb.policies.audit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What a verification saw.
 *
 * @param findings at most 1,000; none if all is as it was written
 * @param chains how many
 * @param batches of the platform's log
 * @param events in them
 * @param copies of tenants that were compared
 * @param purged copies that went with their tenants
 * @param unconfirmed batches and copies beyond what their writer confirmed: of a process that was
 *     writing, or died at it
 * @param heads how far each chain has come, to be kept outside of the bucket
 */
public record Verification(
    List<Finding> findings,
    long chains,
    long batches,
    long events,
    long copies,
    long purged,
    long unconfirmed,
    List<String> heads) {
  /** Copies. */
  public Verification {
    findings = List.copyOf(findings);
    heads = List.copyOf(heads);
  }

  /** Whether all is as it was written. */
  public boolean isSound() {
    return findings.isEmpty();
  }

  /** The figures as one JSON object. */
  public ObjectNode summary() {
    return Json.object()
        .put("type", "summary")
        .put("sound", isSound())
        .put("findings", findings.size())
        .put("chains", chains)
        .put("batches", batches)
        .put("events", events)
        .put("copies", copies)
        .put("purged_copies", purged)
        .put("unconfirmed", unconfirmed);
  }
}
