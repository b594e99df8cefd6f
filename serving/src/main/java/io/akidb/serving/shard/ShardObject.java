package io.akidb.serving.shard;

import io.akidb.catalog.IndexType;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A shard in the bucket.
 *
 * @param buildId which build made it
 * @param partition its number there
 * @param key of the object
 * @param bytes of the object
 * @param crc32c of the object
 * @param type what can open it
 */
record ShardObject(
    UUID buildId, int partition, String key, long bytes, int crc32c, IndexType type) {
  private static final Pattern FILE_NAME =
      Pattern.compile("([0-9a-f-]{36})_(\\d{1,7})_(\\d{1,18})_([0-9a-f]{8})\\.shard");

  /** What a file in the cache is, by its name alone. */
  record CachedName(UUID buildId, int partition, long bytes, int crc32c) {
    static Optional<CachedName> parse(String fileName) {
      Matcher parts = FILE_NAME.matcher(fileName);
      if (!parts.matches()) {
        return Optional.empty();
      }
      return Optional.of(
          new CachedName(
              UUID.fromString(parts.group(1)),
              Integer.parseInt(parts.group(2)),
              Long.parseLong(parts.group(3)),
              Integer.parseUnsignedInt(parts.group(4), 16)));
    }

    String fileName() {
      return "%s_%d_%d_%08x.shard".formatted(buildId, partition, bytes, crc32c);
    }
  }

  /** The name says what the content must be, so that a cache can be taken over after a restart. */
  CachedName cachedName() {
    return new CachedName(buildId, partition, bytes, crc32c);
  }
}
