package io.akidb.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a tenant may use, and what its operator notes about it. */
public final class QuotaOptions {
  @Option(
      names = "--max-storage-bytes",
      paramLabel = "N",
      description = "Quota; 0 is no limit, as with each.")
  private @Nullable Long maxStorageBytes;

  @Option(names = "--max-collections", paramLabel = "N", description = "Quota.")
  private @Nullable Long maxCollections;

  @Option(names = "--max-vectors-per-collection", paramLabel = "N", description = "Quota.")
  private @Nullable Long maxVectors;

  @Option(
      names = "--api-rate-limit-per-second",
      paramLabel = "N",
      description = "Calls a second, of all its keys.")
  private @Nullable Long rateLimit;

  @Option(
      names = "--api-key-rate-limit-per-second",
      paramLabel = "N",
      description = "Calls a second, of each of its keys.")
  private @Nullable Long keyRateLimit;

  @Option(
      names = "--metadata",
      paramLabel = "KEY=VALUE",
      description = "Kept and shown; may be given again. Without a value: taken away.")
  private @Nullable Map<String, String> metadata;

  /** Whether none was given. */
  boolean isEmpty() {
    return maxStorageBytes == null
        && maxCollections == null
        && maxVectors == null
        && rateLimit == null
        && keyRateLimit == null
        && metadata == null;
  }

  /** Puts what was given over a tenant's {@code quotas} and {@code metadata}. */
  void putInto(ObjectNode tenant) {
    ObjectNode quotas = tenant.withObjectProperty("quotas");
    put(quotas, "max_storage_bytes", maxStorageBytes);
    put(quotas, "max_collections", maxCollections);
    put(quotas, "max_vectors_per_collection", maxVectors);
    put(quotas, "api_rate_limit_per_second", rateLimit);
    put(quotas, "api_key_rate_limit_per_second", keyRateLimit);
    ObjectNode noted = tenant.withObjectProperty("metadata");
    if (metadata != null) {
      metadata.forEach(
          (key, value) -> {
            if (value.isEmpty()) {
              noted.remove(key);
            } else {
              noted.put(key, value);
            }
          });
    }
  }

  private static void put(ObjectNode quotas, String name, @Nullable Long value) {
    if (value != null) {
      if (value == 0) {
        quotas.remove(name);
      } else {
        quotas.put(name, value);
      }
    }
  }
}
