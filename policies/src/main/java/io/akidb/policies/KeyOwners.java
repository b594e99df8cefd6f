package io.akidb.policies;

import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantNamespace;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which keys a tenant has: an empty object for each, written before the key's own and deleted after
 * it, so that a tenant's keys are found without reading all others'. One that a crash left without
 * its key counts as one until it is {@linkplain KeyRoom swept} away. Thread-safe.
 */
final class KeyOwners {
  private static final String PREFIX = TenantNamespace.SYSTEM_PREFIX + "api-keys-of/";
  private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.UTF_8);

  private final ObjectStore store;

  KeyOwners(ObjectStore store) {
    this.store = store;
  }

  void add(@Nullable TenantId owner, String keyId) {
    store.put(folder(owner) + keyId, EMPTY);
  }

  void remove(@Nullable TenantId owner, String keyId) {
    store.delete(folder(owner) + keyId);
  }

  /** Whether a key is, or is about to be, or a moment ago was, one of this owner's. */
  boolean has(@Nullable TenantId owner, String keyId) {
    return store.head(folder(owner) + keyId).isPresent();
  }

  /** Whether it was noted, and before that time: its key is not just about to be written. */
  boolean hasSinceBefore(@Nullable TenantId owner, String keyId, Instant time) {
    return store
        .head(folder(owner) + keyId)
        .filter(note -> note.modifiedAt().isBefore(time))
        .isPresent();
  }

  /** A page of ids of keys, ascending. */
  PolicyPage<String> list(@Nullable TenantId owner, @Nullable String after, int limit) {
    String folder = folder(owner);
    ListPage page = store.list(folder, after == null ? null : folder + after, limit);
    List<String> ids = new ArrayList<>(page.objects().size());
    for (ObjectMetadata object : page.objects()) {
      ids.add(object.key().substring(folder.length()));
    }
    return new PolicyPage<>(
        ids,
        List.of(),
        page.nextStartAfter() == null || ids.isEmpty() ? null : ids.get(ids.size() - 1));
  }

  private static String folder(@Nullable TenantId owner) {
    return PREFIX + (owner == null ? Documents.PLATFORM : owner.value()) + "/";
  }
}
