package io.akidb.serving.shard;

import io.akidb.serving.config.Setting;
import io.akidb.serving.config.Settings;
import java.nio.file.Path;

/**
 * The cache of shards.
 *
 * @param folder where they lie; one node's alone
 * @param bytesMax of all of them
 */
public record ShardCacheConfig(Path folder, long bytesMax) {
  /** Reads the settings. */
  public static ShardCacheConfig of(Settings settings) {
    return new ShardCacheConfig(
        settings
            .text(Setting.CACHE_DIR)
            .map(Path::of)
            .orElseGet(
                () ->
                    Path.of(
                        System.getProperty("java.io.tmpdir"),
                        "akidb-cache-" + settings.text(Setting.PORT).orElse("0"))),
        settings.number(Setting.CACHE_BYTES, 1 << 20, 1L << 50));
  }
}
