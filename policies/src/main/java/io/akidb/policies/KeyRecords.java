package io.akidb.policies;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectContent;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectNotFoundException;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.PreconditionFailedException;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantNamespace;
import java.io.IOException;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the bucket keeps of API keys: one object each under {@code akidb/system/api-keys/}, and
 * whose they are beside it. Thread-safe.
 */
final class KeyRecords {
  static final int PAGE_LIMIT_MAX = 1000;

  private static final String PREFIX = TenantNamespace.SYSTEM_PREFIX + "api-keys/";
  private static final String SUFFIX = ".json";
  private static final int DESCRIPTOR_BYTES_MAX = 64 << 10;
  private static final int ADOPTED_MAX = 10_000;
  private static final int ATTEMPTS_MAX = 10;
  private static final Pattern KEY_ID = Pattern.compile("[0-9a-f]{16}");
  private static final JsonMapper JSON = new JsonMapper();

  private record Stored(ApiKeyDescriptor descriptor, String etag) {}

  private final ObjectStore store;
  private final KeyOwners owners;

  KeyRecords(ObjectStore store) {
    this.store = store;
    this.owners = new KeyOwners(store);
  }

  static boolean isId(String text) {
    return KEY_ID.matcher(text).matches();
  }

  void create(ApiKeyDescriptor descriptor) {
    owners.add(descriptor.tenant(), descriptor.keyId());
    store.putIfAbsent(key(descriptor.keyId()), write(descriptor));
  }

  Optional<ApiKeyDescriptor> find(String keyId) {
    return load(keyId).map(Stored::descriptor);
  }

  /**
   * A key of this owner's. Looked for among its own: another's key is not read, and takes as long
   * as a missing one.
   *
   * @throws ApiKeyNotFoundException if there is none
   */
  ApiKeyDescriptor get(@Nullable TenantId owner, String keyId) {
    return stored(owner, keyId).descriptor();
  }

  private Stored stored(@Nullable TenantId owner, String keyId) {
    return (isOf(owner, keyId) ? load(keyId) : Optional.<Stored>empty())
        .filter(found -> Objects.equals(found.descriptor().tenant(), owner))
        .orElseThrow(() -> new ApiKeyNotFoundException("there is no such API key"));
  }

  /** Whether it is noted as this owner's, readable or not. */
  boolean isOf(@Nullable TenantId owner, String keyId) {
    return isId(keyId) && owners.has(owner, keyId);
  }

  /**
   * Changes a key, again if somebody else was faster.
   *
   * @throws ApiKeyNotFoundException if there is none
   * @throws PolicyConflictException if others were faster ten times
   */
  void update(@Nullable TenantId owner, String keyId, UnaryOperator<ApiKeyDescriptor> change) {
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      Stored current = stored(owner, keyId);
      ApiKeyDescriptor after = change.apply(current.descriptor());
      if (after.equals(current.descriptor())) {
        return;
      }
      try {
        store.compareAndSwap(key(keyId), current.etag(), write(after));
        return;
      } catch (PreconditionFailedException e) {
        // Somebody else changed it: look again.
      }
    }
    throw new PolicyConflictException("others change the key all the time; try again later");
  }

  void delete(@Nullable TenantId owner, String keyId) {
    store.delete(key(keyId));
    owners.remove(owner, keyId);
  }

  /** Removes an owner's note, if it is from before a time and there is no such key. */
  boolean deleteStray(@Nullable TenantId owner, String keyId, Instant before) {
    boolean stray = store.head(key(keyId)).isEmpty() && owners.hasSinceBefore(owner, keyId, before);
    if (stray) {
      owners.remove(owner, keyId);
    }
    return stray;
  }

  /** A page of ids, ascending, of at most 1,000. */
  PolicyPage<String> ids(@Nullable TenantId owner, @Nullable String after, int limit) {
    return owners.list(owner, after, Math.max(1, Math.min(limit, PAGE_LIMIT_MAX)));
  }

  /** A page of keys, ascending by id, of at most 1,000. */
  PolicyPage<ApiKeyDescriptor> list(@Nullable TenantId owner, @Nullable String after, int limit) {
    return list(owner, after, limit, PageReader.ALONE);
  }

  /** The same, read by the given reader. */
  PolicyPage<ApiKeyDescriptor> list(
      @Nullable TenantId owner, @Nullable String after, int limit, PageReader reader) {
    PolicyPage<String> page = ids(owner, after, limit);
    return reader.read(page.items(), this::find, page.nextCursor());
  }

  /** Notes the owners of keys of buckets that were written before owners were noted. */
  void adopt() {
    int looked = 0;
    String after = null;
    do {
      ListPage page = store.list(PREFIX, after, PAGE_LIMIT_MAX);
      for (ObjectMetadata object : page.objects()) {
        String name = object.key().substring(PREFIX.length());
        find(name.substring(0, name.length() - SUFFIX.length()))
            .ifPresent(key -> owners.add(key.tenant(), key.keyId()));
      }
      looked += page.objects().size();
      after = page.nextStartAfter();
    } while (after != null && looked < ADOPTED_MAX);
  }

  private Optional<Stored> load(String keyId) {
    try {
      ObjectContent content = store.get(key(keyId), DESCRIPTOR_BYTES_MAX);
      return Optional.of(
          new Stored(
              JSON.readValue(content.bytes(), ApiKeyDescriptor.class), content.metadata().etag()));
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    } catch (IOException | InvalidPolicyException e) {
      throw new CorruptApiKeyException("the object of API key " + keyId + " cannot be read");
    }
  }

  private static String key(String keyId) {
    return PREFIX + keyId + SUFFIX;
  }

  private static byte[] write(ApiKeyDescriptor descriptor) {
    try {
      return JSON.writeValueAsBytes(descriptor);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a key's descriptor is always writable", e);
    }
  }
}
