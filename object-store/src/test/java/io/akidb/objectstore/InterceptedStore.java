package io.akidb.objectstore;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A real store in front of which a test steps: each call goes through {@link #read} or {@link
 * #write}, which pass it on unless they are overridden. Closes the store with itself.
 */
public abstract class InterceptedStore implements ObjectStore {
  private final ObjectStore store;

  protected InterceptedStore(ObjectStore store) {
    this.store = store;
  }

  /** Makes a call that changes nothing. The key of a listing is its prefix. */
  protected <T extends @Nullable Object> T read(String method, String key, Supplier<T> call) {
    return call.get();
  }

  /** Makes a call that puts or deletes. */
  protected <T extends @Nullable Object> T write(String method, String key, Supplier<T> call) {
    return call.get();
  }

  @Override
  public ObjectMetadata put(String key, byte[] content) {
    return write("put", key, () -> store.put(key, content));
  }

  @Override
  public ObjectMetadata putFile(String key, Path file) {
    return write("putFile", key, () -> store.putFile(key, file));
  }

  @Override
  public ObjectMetadata putIfAbsent(String key, byte[] content) {
    return write("putIfAbsent", key, () -> store.putIfAbsent(key, content));
  }

  @Override
  public ObjectMetadata compareAndSwap(String key, String expectedEtag, byte[] content) {
    return write("compareAndSwap", key, () -> store.compareAndSwap(key, expectedEtag, content));
  }

  @Override
  public void delete(String key) {
    write(
        "delete",
        key,
        () -> {
          store.delete(key);
          return key;
        });
  }

  @Override
  public Optional<ObjectMetadata> head(String key) {
    return read("head", key, () -> store.head(key));
  }

  @Override
  public ObjectContent get(String key, int maxBytes) {
    return read("get", key, () -> store.get(key, maxBytes));
  }

  @Override
  public @Nullable ObjectContent getIfChanged(String key, String knownEtag, int maxBytes) {
    return read("getIfChanged", key, () -> store.getIfChanged(key, knownEtag, maxBytes));
  }

  @Override
  public byte[] getRange(String key, long offset, int length) {
    return read("getRange", key, () -> store.getRange(key, offset, length));
  }

  @Override
  public InputStream open(String key) {
    return read("open", key, () -> store.open(key));
  }

  @Override
  public ObjectMetadata getToFile(String key, Path target) {
    return read("getToFile", key, () -> store.getToFile(key, target));
  }

  @Override
  public ListPage list(String prefix, @Nullable String startAfter, int limit) {
    return read("list", prefix, () -> store.list(prefix, startAfter, limit));
  }

  @Override
  public FolderPage listFolders(String prefix, @Nullable String startAfter, int limit) {
    return read("listFolders", prefix, () -> store.listFolders(prefix, startAfter, limit));
  }

  @Override
  public String location() {
    return store.location();
  }

  @Override
  public void close() {
    store.close();
  }
}
