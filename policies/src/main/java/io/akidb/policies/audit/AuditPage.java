package io.akidb.policies.audit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of events, which may be short or empty though more follow.
 *
 * @param records in the order of their batches, and within a batch of their times
 * @param unreadable batches that were passed over because they are none: a verification tells why
 * @param nextCursor for the next page; null if this is the last
 */
public record AuditPage(List<AuditRecord> records, int unreadable, @Nullable String nextCursor) {
  /** Copies. */
  public AuditPage {
    records = List.copyOf(records);
  }
}
