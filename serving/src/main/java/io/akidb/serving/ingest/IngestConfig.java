package io.akidb.serving.ingest;

import io.akidb.serving.config.Setting;
import io.akidb.serving.config.Settings;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How writes share commits.
 *
 * @param window how long the first write of a batch waits for others
 * @param rowsMax most rows of a batch of several writes; one write is never split
 * @param queueBytesMax of writes that wait, for each collection
 * @param timeout how long a write waits for its commit
 * @param temporaryFolder for segments on their way to the bucket
 */
public record IngestConfig(
    Duration window, int rowsMax, long queueBytesMax, Duration timeout, Path temporaryFolder) {
  /** Reads the settings. */
  public static IngestConfig of(Settings settings, Path temporaryFolder) {
    return new IngestConfig(
        Duration.ofMillis(settings.number(Setting.COMMIT_WINDOW_MS, 0, 1000)),
        (int) settings.number(Setting.COMMIT_ROWS_MAX, 1, 1_000_000),
        settings.number(Setting.COMMIT_QUEUE_BYTES_MAX, 1 << 20, 1L << 40),
        Duration.ofSeconds(settings.number(Setting.COMMIT_TIMEOUT_SECS, 1, 600)),
        temporaryFolder);
  }
}
