package io.akidb.objectstore;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A bucket in a local directory: an object is a file whose path is its key.
 *
 * <p>A write goes to a hidden file on the same file system, is made durable, and then renamed over
 * the key, so that a crash leaves the old object or the new one. Writers of one key, threads and
 * processes alike, take turns by {@link KeyLocks}.
 *
 * <p>The entity tag is the file's modification time in nanoseconds and its size. Under the key's
 * lock each write sets a time strictly greater than the one it replaces, so that a tag never comes
 * back while the key exists, at no cost of hashing large files and with nothing beside the file
 * that could disagree with it after a crash. A deleted key's next object is dated by the clock,
 * which is later than that of any object that was there.
 */
final class LocalDirectoryStore implements ObjectStore {
  /** Hidden, as no valid key can begin with a dot. */
  static final String HIDDEN = ".akidb-store";

  private static final Duration LEFTOVER_AGE = Duration.ofHours(1);
  private static final Duration LOCK_PATIENCE = Duration.ofMinutes(1);
  private static final long TIME_STEP_MAX = TimeUnit.SECONDS.toNanos(10);

  private final Path root;
  private final Path incoming;
  private final KeyLocks locks;
  private final LocalListing listing;
  private final Clock clock;
  private volatile boolean closed;

  /** Opens a directory, creates it if missing, and sweeps what crashed writers left. */
  LocalDirectoryStore(Path directory, Clock clock) {
    try {
      Files.createDirectories(directory);
      this.root = directory.toRealPath();
      this.incoming = Files.createDirectories(root.resolve(HIDDEN).resolve("incoming"));
      this.locks =
          new KeyLocks(
              Files.createDirectories(root.resolve(HIDDEN).resolve("locks")), LOCK_PATIENCE);
    } catch (IOException e) {
      throw new StoreUnavailableException(
          "cannot use the directory " + directory + " as a bucket", e);
    }
    this.listing = new LocalListing(root);
    this.clock = clock;
    sweepLeftovers();
  }

  private void sweepLeftovers() {
    Instant before = clock.instant().minus(LEFTOVER_AGE);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(incoming)) {
      for (Path file : files) {
        if (isOlder(file, before)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      throw new StoreUnavailableException("cannot sweep the directory " + root, e);
    }
  }

  /** Another process may be writing: its file is gone once it has its name. */
  private static boolean isOlder(Path file, Instant before) throws IOException {
    try {
      return Files.getLastModifiedTime(file).toInstant().isBefore(before);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public ObjectMetadata put(String key, byte[] content) {
    return write(key, file -> LocalFiles.writeSynced(file, content), present -> true);
  }

  @Override
  public ObjectMetadata putFile(String key, Path file) {
    return write(
        key,
        copy -> {
          if (!Files.isReadable(file) || !Files.isRegularFile(file)) {
            throw new InvalidRequestException(
                "cannot read the file to upload: " + file.getFileName(), null);
          }
          Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
          LocalFiles.sync(copy);
        },
        present -> true);
  }

  @Override
  public ObjectMetadata putIfAbsent(String key, byte[] content) {
    return write(key, file -> LocalFiles.writeSynced(file, content), present -> present == null);
  }

  @Override
  public ObjectMetadata compareAndSwap(String key, String expectedEtag, byte[] content) {
    return write(
        key,
        file -> LocalFiles.writeSynced(file, content),
        present -> present != null && present.etag().equals(expectedEtag));
  }

  private interface Content {
    void writeTo(Path file) throws IOException;
  }

  private interface Condition {
    boolean holds(@Nullable ObjectMetadata present);
  }

  private ObjectMetadata write(String key, Content content, Condition condition) {
    Path target = path(key);
    Path temporary = incoming.resolve(UUID.randomUUID().toString());
    try {
      try {
        content.writeTo(temporary);
        return locks.withLock(key, () -> moveInto(key, target, temporary, condition));
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new StoreUnavailableException("cannot write " + key, e);
    }
  }

  private ObjectMetadata moveInto(String key, Path target, Path temporary, Condition condition)
      throws IOException {
    ObjectMetadata present = LocalMetadata.of(key, target).orElse(null);
    if (!condition.holds(present)) {
      throw new PreconditionFailedException("somebody else wrote first: " + key, null);
    }
    if (Files.isDirectory(target)) {
      throw bothObjectAndFolder(key, null);
    }
    Path folder = target.getParent();
    if (folder == null) {
      throw new InvalidRequestException("not a key: " + key, null);
    }
    try {
      createFolders(folder);
    } catch (FileAlreadyExistsException e) {
      throw bothObjectAndFolder(key, e);
    }
    ObjectMetadata written = date(key, temporary, present);
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    try {
      LocalFiles.syncFolder(folder);
    } catch (IOException e) {
      throw new OutcomeUnknownException(
          key + " is written, but may not outlast a loss of power", e);
    }
    return written;
  }

  private static InvalidRequestException bothObjectAndFolder(
      String key, @Nullable Throwable cause) {
    return new InvalidRequestException(
        "a key cannot be both an object and a folder of others: " + key, cause);
  }

  /** Gives a file a time of its own, later than that of the version it will replace. */
  private ObjectMetadata date(String key, Path file, @Nullable ObjectMetadata present)
      throws IOException {
    long now = LocalMetadata.nanos(clock.instant());
    long before = present == null ? Long.MIN_VALUE : LocalMetadata.nanos(present.modifiedAt());
    // A file system that keeps time less finely cuts it off: hence larger and larger steps.
    for (long step = 1; step <= TIME_STEP_MAX; step *= 10) {
      long time = Math.max(now, before + step);
      Files.setLastModifiedTime(file, FileTime.from(time, TimeUnit.NANOSECONDS));
      ObjectMetadata dated =
          LocalMetadata.of(key, file).orElseThrow(() -> new NoSuchFileException(file.toString()));
      if (present == null || LocalMetadata.nanos(dated.modifiedAt()) > before) {
        return dated;
      }
    }
    throw new IOException("the file system keeps no modification times");
  }

  /** Creates what is missing and makes each new name durable. */
  private static void createFolders(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.getParent();
    if (parent != null) {
      createFolders(parent);
    }
    Files.createDirectories(folder);
    if (parent != null) {
      LocalFiles.syncFolder(parent);
    }
  }

  @Override
  public Optional<ObjectMetadata> head(String key) {
    Path file = path(key);
    try {
      return LocalMetadata.of(key, file);
    } catch (IOException e) {
      throw new StoreUnavailableException("cannot look at " + key, e);
    }
  }

  @Override
  public ObjectContent get(String key, int maxBytes) {
    try (OpenObject object = OpenObject.of(key, path(key))) {
      long size = object.metadata().size();
      if (size > maxBytes) {
        throw new ObjectTooLargeException(
            key + " has " + size + " bytes, more than " + maxBytes, null);
      }
      return new ObjectContent(object.metadata(), object.read(0, (int) size));
    } catch (IOException e) {
      throw failure(key, e);
    }
  }

  @Override
  public @Nullable ObjectContent getIfChanged(String key, String knownEtag, int maxBytes) {
    ObjectMetadata now =
        head(key).orElseThrow(() -> new ObjectNotFoundException("there is no object " + key, null));
    return now.etag().equals(knownEtag) ? null : get(key, maxBytes);
  }

  @Override
  public byte[] getRange(String key, long offset, int length) {
    try (OpenObject object = OpenObject.of(key, path(key))) {
      if (offset < 0 || length < 0 || offset > object.metadata().size() - length) {
        throw new InvalidRequestException("the range does not lie within " + key, null);
      }
      return object.read(offset, length);
    } catch (IOException e) {
      throw failure(key, e);
    }
  }

  @Override
  public InputStream open(String key) {
    try {
      return OpenObject.of(key, path(key)).stream();
    } catch (IOException e) {
      throw failure(key, e);
    }
  }

  @Override
  public ObjectMetadata getToFile(String key, Path target) {
    try (OpenObject object = OpenObject.of(key, path(key))) {
      try (InputStream in = object.stream()) {
        LocalFiles.replace(target, in);
      } catch (IOException e) {
        throw new StoreUnavailableException("cannot copy " + key + " to a file", e);
      }
      return object.metadata();
    } catch (IOException e) {
      throw failure(key, e);
    }
  }

  @Override
  public ListPage list(String prefix, @Nullable String startAfter, int limit) {
    ObjectKeys.requireValidPrefix(prefix);
    ObjectKeys.requireValidLimit(limit);
    requireOpen();
    NavigableSet<String> keys;
    try {
      keys = listing.keys(prefix, startAfter, limit + 1);
    } catch (IOException e) {
      throw new StoreUnavailableException("cannot list " + prefix, e);
    }
    List<ObjectMetadata> page = new ArrayList<>();
    String last = null;
    for (String key : keys) {
      if (page.size() == limit) {
        return new ListPage(page, last);
      }
      // One that was deleted meanwhile is left out.
      head(key).ifPresent(page::add);
      last = key;
    }
    return new ListPage(page, keys.size() > limit ? last : null);
  }

  @Override
  public FolderPage listFolders(String prefix, @Nullable String startAfter, int limit) {
    ObjectKeys.requireValidFolderPrefix(prefix);
    ObjectKeys.requireValidLimit(limit);
    requireOpen();
    try {
      return ObjectKeys.pageOf(listing.folders(prefix), startAfter, limit);
    } catch (IOException e) {
      throw new StoreUnavailableException("cannot list " + prefix, e);
    }
  }

  @Override
  public void delete(String key) {
    Path file = path(key);
    try {
      locks.withLock(
          key,
          () -> {
            if (Files.isRegularFile(file)) {
              Files.deleteIfExists(file);
            }
            return key;
          });
    } catch (IOException e) {
      throw new StoreUnavailableException("cannot delete " + key, e);
    }
  }

  @Override
  public String location() {
    return root.toString();
  }

  @Override
  public void close() {
    closed = true;
  }

  private Path path(String key) {
    requireOpen();
    return root.resolve(ObjectKeys.requireValid(key));
  }

  private void requireOpen() {
    if (closed) {
      throw new StoreUnavailableException("the store was closed", null);
    }
  }

  private ObjectStoreException failure(String key, IOException e) {
    return e instanceof FileSystemException failed
            && LocalMetadata.isMissing(failed, root.resolve(key))
        ? new ObjectNotFoundException("there is no object " + key, e)
        : new StoreUnavailableException("cannot read " + key, e);
  }
}
