package io.akidb.objectstore;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
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

  private final Path root;
  private final Path incoming;
  private final KeyLocks locks;
  private final Clock clock;
  private volatile boolean closed;

  /** Opens a directory, creates it if missing, and sweeps what crashed writers left. */
  LocalDirectoryStore(Path directory, Clock clock) {
    try {
      Files.createDirectories(directory);
      this.root = directory.toRealPath();
      this.incoming = Files.createDirectories(root.resolve(HIDDEN).resolve("incoming"));
      this.locks = new KeyLocks(Files.createDirectories(root.resolve(HIDDEN).resolve("locks")));
    } catch (IOException e) {
      throw new StoreUnavailableException(
          "cannot use the directory " + directory + " as a bucket", e);
    }
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
    ObjectMetadata present = metadata(key, target).orElse(null);
    if (!condition.holds(present)) {
      throw new PreconditionFailedException("somebody else wrote first: " + key, null);
    }
    if (Files.isDirectory(target)) {
      throw new InvalidRequestException("a key is both an object and a folder: " + key, null);
    }
    long now = nanos(clock.instant());
    long after = present == null ? now : Math.max(now, nanos(present.modifiedAt()) + 1);
    Files.setLastModifiedTime(temporary, FileTime.from(after, TimeUnit.NANOSECONDS));
    Path folder = target.getParent();
    if (folder == null) {
      throw new InvalidRequestException("not a key: " + key, null);
    }
    createFolders(folder);
    ObjectMetadata written =
        metadata(key, temporary).orElseThrow(() -> new NoSuchFileException(temporary.toString()));
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    LocalFiles.syncFolder(folder);
    return written;
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
      return metadata(key, file);
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
      return Files.newInputStream(path(key));
    } catch (IOException e) {
      throw failure(key, e);
    }
  }

  @Override
  public ObjectMetadata getToFile(String key, Path target) {
    try (OpenObject object = OpenObject.of(key, path(key));
        InputStream in = object.stream()) {
      LocalFiles.replace(target, in);
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
    NavigableSet<String> keys = new TreeSet<>();
    Path folder = root.resolve(prefix.substring(0, prefix.lastIndexOf('/') + 1));
    try {
      if (Files.isDirectory(folder)) {
        Files.walkFileTree(folder, new KeyCollector(prefix, startAfter, limit + 1, keys));
      }
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
    return new ListPage(page, null);
  }

  /** Keeps the least {@code most} keys that are asked for. */
  private final class KeyCollector extends SimpleFileVisitor<Path> {
    private final String prefix;
    private final @Nullable String startAfter;
    private final int most;
    private final NavigableSet<String> keys;

    KeyCollector(String prefix, @Nullable String startAfter, int most, NavigableSet<String> keys) {
      this.prefix = prefix;
      this.startAfter = startAfter;
      this.most = most;
      this.keys = keys;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      return folder.getFileName().toString().equals(HIDDEN)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      String key = root.relativize(file).toString().replace('\\', '/');
      if (key.startsWith(prefix) && (startAfter == null || key.compareTo(startAfter) > 0)) {
        keys.add(key);
        if (keys.size() > most) {
          keys.pollLast();
        }
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }
  }

  @Override
  public FolderPage listFolders(String prefix, @Nullable String startAfter, int limit) {
    ObjectKeys.requireValidFolderPrefix(prefix);
    ObjectKeys.requireValidLimit(limit);
    requireOpen();
    NavigableSet<String> names = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(prefix))) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (!name.startsWith(".") && Files.isDirectory(entry) && holdsAnything(entry)) {
          names.add(name);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return new FolderPage(List.of(), null);
    } catch (IOException e) {
      throw new StoreUnavailableException("cannot list " + prefix, e);
    }
    return ObjectKeys.pageOf(names, startAfter, limit);
  }

  /** Folders stay behind when their last object goes; a bucket has none without objects. */
  private static boolean holdsAnything(Path folder) throws IOException {
    try (var files = Files.find(folder, Integer.MAX_VALUE, (path, is) -> is.isRegularFile())) {
      return files.findAny().isPresent();
    } catch (java.io.UncheckedIOException | NoSuchFileException e) {
      return false;
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

  private static Optional<ObjectMetadata> metadata(String key, Path file) throws IOException {
    try {
      BasicFileAttributes is =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return is.isRegularFile() ? Optional.of(metadata(key, is)) : Optional.empty();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return Optional.empty();
    } catch (java.nio.file.FileSystemException e) {
      // A part of the path is a file.
      return Optional.empty();
    }
  }

  static ObjectMetadata metadata(String key, BasicFileAttributes is) {
    Instant modified = is.lastModifiedTime().toInstant();
    return new ObjectMetadata(
        key,
        is.size(),
        Long.toHexString(nanos(modified)) + "-" + Long.toHexString(is.size()),
        modified);
  }

  private static long nanos(Instant time) {
    return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
  }

  private static ObjectStoreException failure(String key, IOException e) {
    if (e instanceof java.nio.file.FileSystemException
        && !(e instanceof java.nio.file.AccessDeniedException)) {
      return new ObjectNotFoundException("there is no object " + key, e);
    }
    return new StoreUnavailableException("cannot read " + key, e);
  }
}
