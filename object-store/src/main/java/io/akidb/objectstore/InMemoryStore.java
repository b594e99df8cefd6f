package io.akidb.objectstore;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A bucket in this process's heap, for tests and embedding. Everything is gone with it. */
public final class InMemoryStore implements ObjectStore {
  private final Clock clock;
  private final Object lock = new Object();
  private final NavigableMap<String, ObjectContent> objects = new TreeMap<>();
  private long versions;
  private boolean closed;

  /** An empty bucket that dates its objects by the given clock. */
  public InMemoryStore(Clock clock) {
    this.clock = clock;
  }

  @Override
  public ObjectMetadata put(String key, byte[] content) {
    return write(key, content, present -> true);
  }

  @Override
  public ObjectMetadata putFile(String key, Path file) {
    ObjectKeys.requireValid(key);
    byte[] content;
    try {
      content = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new InvalidRequestException("cannot read the file to upload: " + file.getFileName(), e);
    }
    return put(key, content);
  }

  @Override
  public ObjectMetadata putIfAbsent(String key, byte[] content) {
    return write(key, content, present -> present == null);
  }

  @Override
  public ObjectMetadata compareAndSwap(String key, String expectedEtag, byte[] content) {
    return write(
        key, content, present -> present != null && present.metadata().etag().equals(expectedEtag));
  }

  private ObjectMetadata write(
      String key, byte[] content, Predicate<@Nullable ObjectContent> condition) {
    ObjectKeys.requireValid(key);
    synchronized (lock) {
      requireOpen();
      if (!condition.test(objects.get(key))) {
        throw new PreconditionFailedException("somebody else wrote first: " + key, null);
      }
      ObjectMetadata metadata =
          new ObjectMetadata(key, content.length, Long.toHexString(++versions), clock.instant());
      objects.put(key, new ObjectContent(metadata, content.clone()));
      return metadata;
    }
  }

  @Override
  public Optional<ObjectMetadata> head(String key) {
    return find(key).map(ObjectContent::metadata);
  }

  @Override
  public ObjectContent get(String key, int maxBytes) {
    ObjectContent content = require(key);
    if (content.bytes().length > maxBytes) {
      throw new ObjectTooLargeException(
          key + " has " + content.bytes().length + " bytes, more than " + maxBytes, null);
    }
    return new ObjectContent(content.metadata(), content.bytes().clone());
  }

  @Override
  public @Nullable ObjectContent getIfChanged(String key, String knownEtag, int maxBytes) {
    return require(key).metadata().etag().equals(knownEtag) ? null : get(key, maxBytes);
  }

  @Override
  public byte[] getRange(String key, long offset, int length) {
    byte[] bytes = require(key).bytes();
    if (offset < 0 || length < 0 || offset > bytes.length - length) {
      throw new InvalidRequestException("the range does not lie within " + key, null);
    }
    return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
  }

  @Override
  public InputStream open(String key) {
    return new ByteArrayInputStream(require(key).bytes());
  }

  @Override
  public ObjectMetadata getToFile(String key, Path target) {
    ObjectContent content = require(key);
    LocalFiles.replace(target, content.bytes());
    return content.metadata();
  }

  @Override
  public ListPage list(String prefix, @Nullable String startAfter, int limit) {
    ObjectKeys.requireValidPrefix(prefix);
    ObjectKeys.requireValidLimit(limit);
    synchronized (lock) {
      requireOpen();
      List<ObjectMetadata> page = new ArrayList<>();
      for (ObjectContent content : from(prefix, startAfter)) {
        if (!content.metadata().key().startsWith(prefix)) {
          break;
        }
        if (page.size() == limit) {
          return new ListPage(page, page.get(limit - 1).key());
        }
        page.add(content.metadata());
      }
      return new ListPage(page, null);
    }
  }

  @Override
  public FolderPage listFolders(String prefix, @Nullable String startAfter, int limit) {
    ObjectKeys.requireValidFolderPrefix(prefix);
    ObjectKeys.requireValidLimit(limit);
    synchronized (lock) {
      requireOpen();
      NavigableSet<String> names = ObjectKeys.folderNames();
      for (ObjectContent content : from(prefix, null)) {
        String key = content.metadata().key();
        if (!key.startsWith(prefix)) {
          break;
        }
        int slash = key.indexOf('/', prefix.length());
        if (slash > 0) {
          names.add(key.substring(prefix.length(), slash));
        }
      }
      return ObjectKeys.pageOf(names, startAfter, limit);
    }
  }

  private Iterable<ObjectContent> from(String prefix, @Nullable String startAfter) {
    boolean after = startAfter != null && startAfter.compareTo(prefix) >= 0;
    return objects.tailMap(after ? startAfter : prefix, !after).values();
  }

  @Override
  public void delete(String key) {
    ObjectKeys.requireValid(key);
    synchronized (lock) {
      requireOpen();
      objects.remove(key);
    }
  }

  @Override
  public String location() {
    return "memory";
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
    }
  }

  private Optional<ObjectContent> find(String key) {
    ObjectKeys.requireValid(key);
    synchronized (lock) {
      requireOpen();
      return Optional.ofNullable(objects.get(key));
    }
  }

  private ObjectContent require(String key) {
    return find(key)
        .orElseThrow(() -> new ObjectNotFoundException("there is no object " + key, null));
  }

  private void requireOpen() {
    if (closed) {
      throw new StoreUnavailableException("the store was closed", null);
    }
  }
}
