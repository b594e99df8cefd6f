package io.akidb.serving.search;

import io.akidb.serving.config.Setting;
import io.akidb.serving.config.Settings;
import java.time.Duration;

/**
 * Searching.
 *
 * @param threads beside the callers'
 * @param kMax largest k
 * @param timeMax of a call
 */
public record SearchConfig(int threads, int kMax, Duration timeMax) {
  private static final int K_LIMIT = 10_000;
  private static final int SECS_LIMIT = 3600;

  /** Reads the settings. */
  public static SearchConfig of(Settings settings) {
    int threads = (int) settings.number(Setting.SEARCH_THREADS, 0, 1024);
    return new SearchConfig(
        threads > 0 ? threads : Runtime.getRuntime().availableProcessors(),
        (int) settings.number(Setting.SEARCH_K_MAX, 1, K_LIMIT),
        Duration.ofSeconds(settings.number(Setting.SEARCH_SECS_MAX, 1, SECS_LIMIT)));
  }
}
