package io.akidb.ingest;

import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.FolderPage;
import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectContent;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import io.akidb.objectstore.OutcomeUnknownException;
import io.akidb.objectstore.StoreUnavailableException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A real store whose writes fail now and then, before they happen or after, so that the answer is
 * lost. All stores of one JVM share the dice; a bounded number of failures fall.
 */
final class FlakyStore implements ObjectStore {
  private static final Dice DICE = new Dice();
  private final ObjectStore store;

  private FlakyStore(ObjectStore store) {
    this.store = store;
  }

  /** As a {@link StoreOpener}. */
  static ObjectStore open(BucketConfig config) {
    return new FlakyStore(ObjectStores.open(config));
  }

  /** From now on fails {@code failures} times, but never the calling thread. */
  static void arm(long seed, int failures, int writesBetween) {
    DICE.throwAgain(seed, failures, writesBetween);
  }

  /** How many failures did not happen. */
  static int left() {
    return DICE.left();
  }

  private static final class Dice {
    private Random random = new Random(0);
    private int failures;
    private int writesBetween = 1;
    private int countdown;
    private @Nullable Thread spared;

    synchronized void throwAgain(long seed, int failures, int writesBetween) {
      this.random = new Random(seed);
      this.failures = failures;
      this.writesBetween = writesBetween;
      this.countdown = 1 + random.nextInt(writesBetween);
      this.spared = Thread.currentThread();
    }

    /** 0 to go on, 1 to fail before, 2 to fail after. */
    synchronized int fall() {
      if (failures == 0 || Thread.currentThread().equals(spared) || --countdown > 0) {
        return 0;
      }
      failures--;
      countdown = 1 + random.nextInt(writesBetween);
      return 1 + random.nextInt(2);
    }

    synchronized int left() {
      return failures;
    }
  }

  private static <T> T write(String key, Supplier<T> action) {
    int fall = DICE.fall();
    if (fall == 1) {
      throw new StoreUnavailableException("injected before a write of " + key, null);
    }
    T result = action.get();
    if (fall == 2) {
      throw new OutcomeUnknownException("injected after a write of " + key, null);
    }
    return result;
  }

  @Override
  public ObjectMetadata put(String key, byte[] content) {
    return write(key, () -> store.put(key, content));
  }

  @Override
  public ObjectMetadata putFile(String key, Path file) {
    return write(key, () -> store.putFile(key, file));
  }

  @Override
  public ObjectMetadata putIfAbsent(String key, byte[] content) {
    return write(key, () -> store.putIfAbsent(key, content));
  }

  @Override
  public ObjectMetadata compareAndSwap(String key, String expectedEtag, byte[] content) {
    return write(key, () -> store.compareAndSwap(key, expectedEtag, content));
  }

  @Override
  public void delete(String key) {
    write(
        key,
        () -> {
          store.delete(key);
          return key;
        });
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
  public String location() {
    return store.location();
  }

  @Override
  public void close() {
    store.close();
  }
}
