package io.akidb.build;

import io.akidb.objectstore.FolderPage;
import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectContent;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectStore;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A real store that tells of each write before it happens, so that a test can act, or fail it, at
 * that very moment.
 */
final class HookedStore implements ObjectStore {
  private final ObjectStore store;
  private final Consumer<String> beforeWrite;

  HookedStore(ObjectStore store, Consumer<String> beforeWrite) {
    this.store = store;
    this.beforeWrite = beforeWrite;
  }

  @Override
  public ObjectMetadata put(String key, byte[] content) {
    beforeWrite.accept(key);
    return store.put(key, content);
  }

  @Override
  public ObjectMetadata putFile(String key, Path file) {
    beforeWrite.accept(key);
    return store.putFile(key, file);
  }

  @Override
  public ObjectMetadata putIfAbsent(String key, byte[] content) {
    beforeWrite.accept(key);
    return store.putIfAbsent(key, content);
  }

  @Override
  public ObjectMetadata compareAndSwap(String key, String expectedEtag, byte[] content) {
    beforeWrite.accept(key);
    return store.compareAndSwap(key, expectedEtag, content);
  }

  @Override
  public Optional<ObjectMetadata> head(String key) {
    return store.head(key);
  }

  @Override
  public ObjectContent get(String key, int maxBytes) {
    return store.get(key, maxBytes);
  }

  @Override
  public @Nullable ObjectContent getIfChanged(String key, String knownEtag, int maxBytes) {
    return store.getIfChanged(key, knownEtag, maxBytes);
  }

  @Override
  public byte[] getRange(String key, long offset, int length) {
    return store.getRange(key, offset, length);
  }

  @Override
  public InputStream open(String key) {
    return store.open(key);
  }

  @Override
  public ObjectMetadata getToFile(String key, Path target) {
    return store.getToFile(key, target);
  }

  @Override
  public ListPage list(String prefix, @Nullable String startAfter, int limit) {
    return store.list(prefix, startAfter, limit);
  }

  @Override
  public FolderPage listFolders(String prefix, @Nullable String startAfter, int limit) {
    return store.listFolders(prefix, startAfter, limit);
  }

  @Override
  public void delete(String key) {
    store.delete(key);
  }

  @Override
  public String location() {
    return store.location();
  }

  @Override
  public void close() {}
}
