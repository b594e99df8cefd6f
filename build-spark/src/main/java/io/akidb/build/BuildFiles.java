package io.akidb.build;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectNotFoundException;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.PreconditionFailedException;
import io.akidb.tenancy.CollectionName;
import io.akidb.tenancy.TenantNamespace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The objects below one build's prefix. The plan is written once; router and codebook are written
 * before it, so a plan that exists is complete; a shard's receipt is written after the shard.
 */
final class BuildFiles {
  private static final ObjectMapper JSON =
      new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
  private static final int JSON_BYTES_MAX = 64 << 20;
  private static final int BINARY_BYTES_MAX = 1 << 30;
  private static final int LIST_LIMIT = 1000;

  private final ObjectStore store;
  private final TenantNamespace namespace;
  private final CollectionName collection;
  private final UUID buildId;

  BuildFiles(ObjectStore store, CollectionAddress address, UUID buildId) {
    this.store = store;
    this.namespace = address.namespace();
    this.collection = address.name();
    this.buildId = buildId;
  }

  /** The plan with its checksum. */
  record StoredPlan(BuildPlan plan, int crc32c) {}

  /** The plan of this build, or empty if no attempt came so far. */
  Optional<StoredPlan> plan() {
    byte[] bytes = readOrNull(namespace.buildPlanKey(collection, buildId), JSON_BYTES_MAX);
    if (bytes == null) {
      return Optional.empty();
    }
    BuildPlan plan = parse(bytes, BuildPlan.class);
    if (plan.version() != BuildPlan.VERSION) {
      throw new BuildFailedException(
          "the plan of build "
              + buildId
              + " has version "
              + plan.version()
              + ", this job writes "
              + BuildPlan.VERSION
              + "; request a new build",
          null);
    }
    return Optional.of(new StoredPlan(plan, crc32c(bytes)));
  }

  /**
   * Writes the plan and what it names, unless another attempt was faster.
   *
   * @return the plan that counts, which may be another attempt's
   */
  StoredPlan writePlan(BuildPlan plan, byte @Nullable [] router, byte @Nullable [] codebook) {
    if (router != null) {
      store.put(namespace.routerKey(collection, buildId), router);
    }
    if (codebook != null) {
      store.put(namespace.codebookKey(collection, buildId), codebook);
    }
    try {
      store.putIfAbsent(namespace.buildPlanKey(collection, buildId), write(plan));
    } catch (PreconditionFailedException e) {
      // Another attempt wrote its plan in between; that one counts.
    }
    return plan()
        .orElseThrow(
            () -> new BuildFailedException("the plan of build " + buildId + " disappeared", null));
  }

  /** The router, checked against the plan. */
  byte[] router(BuildPlan plan) {
    return readChecked(namespace.routerKey(collection, buildId), plan.routerCrc32c());
  }

  /** The codebook, checked against the plan. */
  byte[] codebook(BuildPlan plan) {
    return readChecked(namespace.codebookKey(collection, buildId), plan.codebookCrc32c());
  }

  /** Checks that router and codebook still are what the plan says. */
  void requireTrained(BuildPlan plan) {
    router(plan);
    if (plan.codebookCrc32c() != 0) {
      codebook(plan);
    }
  }

  /** The receipt of a shard, or empty if it is not finished. */
  Optional<ShardReceipt> receipt(int partition) {
    byte[] bytes =
        readOrNull(namespace.shardReceiptKey(collection, buildId, partition), JSON_BYTES_MAX);
    return bytes == null ? Optional.empty() : Optional.of(parse(bytes, ShardReceipt.class));
  }

  /** Uploads a shard and then its receipt. */
  ShardReceipt writeShard(Path file, int partition, ShardPlan plan, int planCrc32c)
      throws IOException {
    int crc = crc32c(file);
    long bytes = Files.size(file);
    ObjectMetadata uploaded =
        store.putFile(namespace.shardKey(collection, buildId, partition), file);
    ShardReceipt receipt =
        new ShardReceipt(
            partition,
            plan.primaryRows(),
            plan.replicaRows(),
            bytes,
            crc,
            uploaded.etag(),
            planCrc32c);
    store.put(namespace.shardReceiptKey(collection, buildId, partition), write(receipt));
    return receipt;
  }

  /**
   * Whether the shard's object is there and is the one that the receipt speaks of, by reading all
   * of it.
   */
  boolean holds(ShardReceipt receipt) {
    String key = namespace.shardKey(collection, buildId, receipt.partition());
    if (!isUnchanged(receipt)) {
      return false;
    }
    try (InputStream in = store.open(key)) {
      return crc32c(in) == receipt.crc32c();
    } catch (ObjectNotFoundException e) {
      return false;
    } catch (IOException e) {
      throw new BuildFailedException("cannot read shard " + receipt.partition(), e);
    }
  }

  /**
   * Whether the shard's object still is the upload that the receipt speaks of, by size and entity
   * tag.
   */
  boolean isUnchanged(ShardReceipt receipt) {
    return store
        .head(namespace.shardKey(collection, buildId, receipt.partition()))
        .filter(found -> found.size() == receipt.bytes() && found.etag().equals(receipt.etag()))
        .isPresent();
  }

  /** Deletes what only a restart needs: the receipts. The next build may keep to the plan. */
  void deleteReceipts(int shards) {
    for (int shard = 0; shard < shards; shard++) {
      store.delete(namespace.shardReceiptKey(collection, buildId, shard));
    }
  }

  /** Deletes every object of the build. Only for a build that no generation lists. */
  void deleteAll() {
    String prefix = namespace.buildPrefix(collection, buildId);
    List<String> keys = new ArrayList<>();
    do {
      keys.clear();
      ListPage page = store.list(prefix, null, LIST_LIMIT);
      page.objects().forEach(object -> keys.add(object.key()));
      keys.forEach(store::delete);
    } while (keys.size() == LIST_LIMIT);
  }

  private byte @Nullable [] readOrNull(String key, int bytesMax) {
    try {
      return store.get(key, bytesMax).bytes();
    } catch (ObjectNotFoundException e) {
      return null;
    }
  }

  private byte[] readChecked(String key, int crc32c) {
    byte[] bytes = readOrNull(key, BINARY_BYTES_MAX);
    if (bytes == null || crc32c(bytes) != crc32c) {
      throw new BuildFailedException(
          "an object of build "
              + buildId
              + " is missing or is not what its plan says; request a new build",
          null);
    }
    return bytes;
  }

  static int crc32c(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  static int crc32c(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return crc32c(in);
    }
  }

  private static int crc32c(InputStream in) throws IOException {
    CRC32C crc = new CRC32C();
    byte[] buffer = new byte[1 << 16];
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      crc.update(buffer, 0, read);
    }
    return (int) crc.getValue();
  }

  private static byte[] write(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not writable as JSON: " + value, e);
    }
  }

  private <T> T parse(byte[] bytes, Class<T> type) {
    try {
      return JSON.readValue(bytes, type);
    } catch (IOException e) {
      throw new BuildFailedException(
          "an object of build " + buildId + " is not readable; request a new build", e);
    }
  }
}
