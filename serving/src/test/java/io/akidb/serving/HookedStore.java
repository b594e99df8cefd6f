package io.akidb.serving;

import io.akidb.objectstore.FolderPage;
import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectContent;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectStore;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A real store in front of which a test may step: called with the method's name and the key before
 * each call.
 */
public final class HookedStore implements ObjectStore {
  private final ObjectStore store;
  private volatile BiConsumer<String, String> hook = (method, key) -> {};

  public HookedStore(ObjectStore store) {
    this.store = store;
  }

  public void before(BiConsumer<String, String> newHook) {
    hook = newHook;
  }

  @Override
  public ObjectMetadata put(String key, byte[] content) {
    hook.accept("put", key);
    return store.put(key, content);
  }

  @Override
  public ObjectMetadata putFile(String key, Path file) {
    hook.accept("putFile", key);
    return store.putFile(key, file);
  }

  @Override
  public ObjectMetadata putIfAbsent(String key, byte[] content) {
    hook.accept("putIfAbsent", key);
    return store.putIfAbsent(key, content);
  }

  @Override
  public ObjectMetadata compareAndSwap(String key, String expectedEtag, byte[] content) {
    hook.accept("compareAndSwap", key);
    return store.compareAndSwap(key, expectedEtag, content);
  }

  @Override
  public Optional<ObjectMetadata> head(String key) {
    hook.accept("head", key);
    return store.head(key);
  }

  @Override
  public ObjectContent get(String key, int maxBytes) {
    hook.accept("get", key);
    return store.get(key, maxBytes);
  }

  @Override
  public ObjectContent getIfChanged(String key, String knownEtag, int maxBytes) {
    hook.accept("getIfChanged", key);
    return store.getIfChanged(key, knownEtag, maxBytes);
  }

  @Override
  public byte[] getRange(String key, long offset, int length) {
    hook.accept("getRange", key);
    return store.getRange(key, offset, length);
  }

  @Override
  public InputStream open(String key) {
    hook.accept("open", key);
    return store.open(key);
  }

  @Override
  public ObjectMetadata getToFile(String key, Path target) {
    hook.accept("getToFile", key);
    return store.getToFile(key, target);
  }

  @Override
  public ListPage list(String prefix, String startAfter, int limit) {
    hook.accept("list", prefix);
    return store.list(prefix, startAfter, limit);
  }

  @Override
  public FolderPage listFolders(String prefix, String startAfter, int limit) {
    hook.accept("listFolders", prefix);
    return store.listFolders(prefix, startAfter, limit);
  }

  @Override
  public void delete(String key) {
    hook.accept("delete", key);
    store.delete(key);
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
