package io.akidb.build;

import java.util.ArrayList;
import java.util.List;

/**
 * The books of a build: at each hop what came in must be what went out, or the build fails with all
 * the numbers. Not safe for use by many threads.
 */
final class Reconciliation {
  private final List<String> lines = new ArrayList<>();
  private boolean balanced = true;

  /** Compares two counts of the same rows, taken at both ends of a hop. */
  Reconciliation expect(String what, long expected, long found) {
    boolean equal = expected == found;
    balanced &= equal;
    lines.add(
        what + ": expected " + expected + ", found " + found + (equal ? "" : "  <-- differs"));
    return this;
  }

  /**
   * Ends a hop.
   *
   * @throws CountMismatchException if any count of this hop or one before differs
   */
  void require(String hop) {
    if (!balanced) {
      throw new CountMismatchException(
          "the counts do not reconcile after "
              + hop
              + "; nothing was published. "
              + String.join("; ", lines));
    }
  }
}
