package io.akidb.policies;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Records of one kind as JSON objects in the bucket, those of one tenant (or of the platform) in
 * one folder: {@code akidb/system/<kind>/<tenant id or "platform">/<id>.json}. Thread-safe.
 */
final class Documents<T> {
  /** The folder of what belongs to no tenant; no tenant's id is so called. */
  static final String PLATFORM = "platform";

  private static final int BYTES_MAX = 256 << 10;
  private static final int ATTEMPTS_MAX = 10;
  private static final int PAGE_LIMIT_MAX = 1000;
  private static final String SUFFIX = ".json";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          // A change writes the whole record: what a later version added must not get lost.
          .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, true)
          .build();

  private final ObjectStore store;
  private final String prefix;
  private final Class<T> type;
  private final int bytesMax;

  Documents(ObjectStore store, String kind, Class<T> type) {
    this(store, kind, type, BYTES_MAX);
  }

  /** Of records that may have so many bytes. */
  Documents(ObjectStore store, String kind, Class<T> type, int bytesMax) {
    this.store = store;
    this.prefix = TenantNamespace.SYSTEM_PREFIX + kind + "/";
    this.type = type;
    this.bytesMax = bytesMax;
  }

  Optional<T> find(@Nullable TenantId owner, String id) {
    return content(owner, id).map(this::read);
  }

  private Optional<ObjectContent> content(@Nullable TenantId owner, String id) {
    try {
      return Optional.of(store.get(key(owner, id), bytesMax));
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    }
  }

  /**
   * Writes a new record.
   *
   * @throws PolicyConflictException if there is one
   */
  void create(@Nullable TenantId owner, String id, T record) {
    try {
      store.putIfAbsent(key(owner, id), write(record));
    } catch (PreconditionFailedException e) {
      throw new PolicyConflictException("the name is taken already");
    }
  }

  /**
   * Changes a record, again if somebody else was faster.
   *
   * @throws PolicyConflictException if others were faster ten times
   */
  Optional<T> update(@Nullable TenantId owner, String id, UnaryOperator<T> change) {
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      Optional<ObjectContent> current = content(owner, id);
      if (current.isEmpty()) {
        return Optional.empty();
      }
      T before = read(current.get());
      T after = change.apply(before);
      if (after.equals(before)) {
        return Optional.of(before);
      }
      try {
        store.compareAndSwap(key(owner, id), current.get().metadata().etag(), write(after));
        return Optional.of(after);
      } catch (PreconditionFailedException e) {
        // Somebody else changed it: look again.
      }
    }
    throw new PolicyConflictException("others change it all the time; try again later");
  }

  /** Whether there is a record, readable or not. */
  boolean exists(@Nullable TenantId owner, String id) {
    return store.head(key(owner, id)).isPresent();
  }

  /** How many there are, readable or not; counting ends at {@code max}. */
  int count(@Nullable TenantId owner, int max) {
    int count = 0;
    String after = null;
    do {
      ListPage page = store.list(folder(owner), after, PAGE_LIMIT_MAX);
      count += page.objects().size();
      after = page.nextStartAfter();
    } while (after != null && count < max);
    return Math.min(count, max);
  }

  /** The ids of all of them, readable or not. */
  Set<String> ids(@Nullable TenantId owner) {
    Set<String> ids = new HashSet<>();
    String folder = folder(owner);
    String after = null;
    do {
      ListPage page = store.list(folder, after, PAGE_LIMIT_MAX);
      page.objects().forEach(object -> ids.add(idOf(folder, object)));
      after = page.nextStartAfter();
    } while (after != null);
    return ids;
  }

  private static String idOf(String folder, ObjectMetadata object) {
    String key = object.key();
    return key.substring(folder.length(), key.length() - SUFFIX.length());
  }

  /**
   * Writes a record in place of one that cannot be read. False if somebody else was faster: then
   * nothing is written, and one has to look again.
   *
   * @param record made after the damaged one was seen, so that it knows all that others wrote
   *     before one of them could replace it; asked for only where it is damaged
   */
  boolean replaceDamaged(@Nullable TenantId owner, String id, Supplier<T> record) {
    Optional<ObjectContent> seen = content(owner, id);
    if (seen.isEmpty() || isReadable(seen.get())) {
      return false;
    }
    try {
      store.compareAndSwap(key(owner, id), seen.get().metadata().etag(), write(record.get()));
      return true;
    } catch (PreconditionFailedException e) {
      return false;
    }
  }

  private boolean isReadable(ObjectContent content) {
    try {
      read(content);
      return true;
    } catch (CorruptPolicyException e) {
      return false;
    }
  }

  void delete(@Nullable TenantId owner, String id) {
    store.delete(key(owner, id));
  }

  /**
   * A page of records by ascending id.
   *
   * @param after id of the last one seen; null from the start
   * @param limit at most so many are looked at, 1 to 1,000
   */
  PolicyPage<T> list(@Nullable TenantId owner, @Nullable String after, int limit) {
    return list(owner, after, limit, PageReader.ALONE);
  }

  /** The same, read by the given reader. */
  PolicyPage<T> list(
      @Nullable TenantId owner, @Nullable String after, int limit, PageReader reader) {
    String folder = folder(owner);
    ListPage page =
        store.list(
            folder,
            after == null ? null : key(owner, after),
            Math.max(1, Math.min(limit, PAGE_LIMIT_MAX)));
    List<String> ids = new ArrayList<>(page.objects().size());
    for (ObjectMetadata object : page.objects()) {
      ids.add(idOf(folder, object));
    }
    return reader.read(
        ids,
        id -> find(owner, id),
        page.nextStartAfter() == null || ids.isEmpty() ? null : ids.get(ids.size() - 1));
  }

  /** Deletes all records of a tenant. */
  void deleteAllOf(TenantId owner) {
    List<ObjectMetadata> objects;
    do {
      objects = store.list(folder(owner), null, PAGE_LIMIT_MAX).objects();
      objects.forEach(object -> store.delete(object.key()));
    } while (!objects.isEmpty());
  }

  private String folder(@Nullable TenantId owner) {
    return prefix + (owner == null ? PLATFORM : owner.value()) + "/";
  }

  private String key(@Nullable TenantId owner, String id) {
    return folder(owner) + id + SUFFIX;
  }

  private T read(ObjectContent content) {
    try {
      return JSON.readValue(content.bytes(), type);
    } catch (IOException | InvalidPolicyException e) {
      throw new CorruptPolicyException("an object below " + prefix + " cannot be read");
    }
  }

  private static byte[] write(Object record) {
    try {
      return JSON.writeValueAsBytes(record);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record is always writable", e);
    }
  }
}
