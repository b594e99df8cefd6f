package io.akidb.serving.collection;

import io.akidb.serving.config.Setting;
import io.akidb.serving.config.Settings;
import java.time.Duration;

/**
 * How collections are held open.
 *
 * @param openMax at once
 * @param idle after which an unused one is closed
 * @param followInterval between looks for commits of others
 * @param snapshotsMax generations of the past held open at once
 * @param freshBytesMax of vectors that are not in an index yet, over all collections
 */
public record CollectionsConfig(
    int openMax, Duration idle, Duration followInterval, int snapshotsMax, long freshBytesMax) {
  private static final double HEAP_SHARE = 0.4;
  // Shorter than this two collections that are both in use would throw each other out all the time.
  private static final Duration UNUSED_MIN = Duration.ofSeconds(10);
  // To open one again costs some hundred milliseconds at most, which nobody minds once a minute.
  private static final Duration LEFT_MIN = Duration.ofMinutes(1);

  /** Reads the settings. */
  public static CollectionsConfig of(Settings settings) {
    long bytes = settings.number(Setting.FRESH_BYTES_MAX, 0, 1L << 42);
    return new CollectionsConfig(
        (int) settings.number(Setting.COLLECTIONS_OPEN_MAX, 1, 100_000),
        Duration.ofSeconds(settings.number(Setting.COLLECTION_IDLE_SECS, 1, 86_400)),
        Duration.ofMillis(settings.number(Setting.FOLLOW_INTERVAL_MS, 10, 60_000)),
        (int) settings.number(Setting.SNAPSHOTS_MAX, 1, 1_000),
        bytes > 0 ? bytes : (long) (Runtime.getRuntime().maxMemory() * HEAP_SHARE));
  }

  /** How long a collection must be unused to be closed for want of memory. */
  Duration unusedMin() {
    return idle.compareTo(UNUSED_MIN) < 0 ? idle : UNUSED_MIN;
  }

  /** How long it must be unused to be closed for a tenant that has more than its own. */
  Duration leftMin() {
    return idle.compareTo(LEFT_MIN) < 0 ? idle : LEFT_MIN;
  }
}
