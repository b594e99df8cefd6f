package io.akidb.serving.shard;

import io.akidb.catalog.IndexType;
import io.akidb.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A shard in the bucket.
 *
 * @param tenant whose
 * @param key of the object
 * @param cachedName what its file says, so that a cache can be taken over after a restart
 * @param type what can open it
 */
record ShardObject(TenantId tenant, String key, CachedName cachedName, IndexType type) {
  private static final int DIGEST_BYTES = 16;
  private static final Pattern FILE_NAME =
      Pattern.compile("([0-9a-f]{32})_(\\d{1,18})_([0-9a-f]{8})\\.shard");

  /**
   * What a file in the cache is, by its name alone.
   *
   * @param keyDigest of the object's key, which has the tenant in it: all else is what a tenant's
   *     own jobs write, and could be said of another tenant's shard
   */
  record CachedName(String keyDigest, long bytes, int crc32c) {
    static Optional<CachedName> parse(String fileName) {
      Matcher parts = FILE_NAME.matcher(fileName);
      if (!parts.matches()) {
        return Optional.empty();
      }
      return Optional.of(
          new CachedName(
              parts.group(1),
              Long.parseLong(parts.group(2)),
              Integer.parseUnsignedInt(parts.group(3), 16)));
    }

    String fileName() {
      return "%s_%d_%08x.shard".formatted(keyDigest, bytes, crc32c);
    }
  }

  /** An object of which the index says length and CRC32C. */
  static ShardObject of(TenantId tenant, String key, long bytes, int crc32c, IndexType type) {
    return new ShardObject(tenant, key, new CachedName(digest(key), bytes, crc32c), type);
  }

  long bytes() {
    return cachedName.bytes();
  }

  private static String digest(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(Arrays.copyOf(digest, DIGEST_BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
