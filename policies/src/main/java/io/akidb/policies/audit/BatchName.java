package io.akidb.policies.audit;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a batch, which sorts by the time of its last event: a listing from a time on finds
 * every batch that may hold an event of that time or later, whichever node wrote it.
 *
 * @param lastAtMs time of the last event, milliseconds since 1970
 * @param chain whose: 15 digits, the start in milliseconds, and 8 hexadecimal digits
 * @param number of the batch in its chain, from 0 on
 */
record BatchName(long lastAtMs, String chain, long number) {
  private static final String SUFFIX = ".jsonl";
  private static final Pattern TEXT =
      Pattern.compile("([0-9]{15})-([0-9]{15}[0-9a-f]{8})-([0-9]{10})\\.jsonl");
  private static final Pattern CHAIN = Pattern.compile("[0-9]{15}[0-9a-f]{8}");
  static final long NUMBER_MAX = 9_999_999_999L;

  String text() {
    return time(lastAtMs)
        + "-"
        + chain
        + "-"
        + String.format(Locale.ROOT, "%010d", number)
        + SUFFIX;
  }

  /** What every name of that time begins with. */
  static String time(long ms) {
    return String.format(Locale.ROOT, "%015d", Math.max(0, ms));
  }

  static Optional<BatchName> of(String text) {
    Matcher parts = TEXT.matcher(text);
    return parts.matches()
        ? Optional.of(
            new BatchName(
                Long.parseLong(parts.group(1)), parts.group(2), Long.parseLong(parts.group(3))))
        : Optional.empty();
  }

  static boolean isChain(String text) {
    return CHAIN.matcher(text).matches();
  }
}
