package io.akidb.policies.audit;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How what an event tells of ended. */
public enum Outcome {
  /** It is about to be tried; another event tells its end, unless the process died in between. */
  ATTEMPTED,
  /** It was done. */
  SUCCEEDED,
  /** The principal was not known. */
  UNAUTHENTICATED,
  /** The principal may not do it. */
  DENIED,
  /** It was allowed, and failed. */
  FAILED;

  /** The name in the log. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The outcome of that name. */
  public static Optional<Outcome> ofLabel(String label) {
    return Arrays.stream(values()).filter(outcome -> outcome.label().equals(label)).findFirst();
  }
}
