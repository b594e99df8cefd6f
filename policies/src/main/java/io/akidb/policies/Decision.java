package io.akidb.policies;

import java.util.List;

/**
 * What was decided, and why.
 *
 * @param outcome what to do
 * @param reason for operators and administrators, not for the caller
 * @param rowFilters JSON texts; where allowed, only rows that match all of them exist for the
 *     caller
 */
public record Decision(Outcome outcome, String reason, List<String> rowFilters) {
  /** What to do. */
  public enum Outcome {
    /** Go on. */
    ALLOWED,
    /** Refuse, and say so. */
    FORBIDDEN,
    /** To be answered exactly as something that does not exist. */
    NOT_YOURS
  }

  /** Copies. */
  public Decision {
    rowFilters = List.copyOf(rowFilters);
  }

  /** Whether to go on. */
  public boolean isAllowed() {
    return outcome == Outcome.ALLOWED;
  }

  static Decision forbidden(String reason) {
    return new Decision(Outcome.FORBIDDEN, reason, List.of());
  }

  static Decision notYours(String reason) {
    return new Decision(Outcome.NOT_YOURS, reason, List.of());
  }
}
