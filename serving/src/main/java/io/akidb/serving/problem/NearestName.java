package io.akidb.serving.problem;

import java.util.Collection;
import java.util.Optional;

/** Finds what somebody who mistyped a name has meant. */
public final class NearestName {
  private static final int LENGTH_MAX = 100;

  private NearestName() {}

  /** The known name with the fewest edits, if it is near enough to be meant. */
  public static Optional<String> of(String unknown, Collection<String> known) {
    if (unknown.length() > LENGTH_MAX) {
      return Optional.empty();
    }
    String best = null;
    int bestEdits = Math.max(2, unknown.length() / 2);
    for (String candidate : known) {
      int edits = edits(unknown, candidate);
      if (edits < bestEdits || (best == null && edits == bestEdits)) {
        best = candidate;
        bestEdits = edits;
      }
    }
    return Optional.ofNullable(best);
  }

  /** A text to put behind a message: empty, or {@code "; did you mean 'x'?"}. */
  public static String hint(String unknown, Collection<String> known) {
    return of(unknown, known).map(name -> "; did you mean '" + name + "'?").orElse("");
  }

  // Levenshtein's distance, one row at a time.
  private static int edits(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
