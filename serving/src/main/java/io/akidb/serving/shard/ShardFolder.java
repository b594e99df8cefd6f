package io.akidb.serving.shard;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * The cache's files: what each must hold stands in its name. Locked, so that two nodes do not share
 * one folder.
 */
final class ShardFolder implements AutoCloseable {
  private static final Logger LOG = System.getLogger(ShardFolder.class.getName());
  private static final String PARTIAL = ".part";
  private static final String SHARD = ".shard";
  private static final int BUFFER_BYTES = 1 << 18;

  private final Path folder;
  private final FileChannel lockFile;

  private ShardFolder(Path folder, FileChannel lockFile) {
    this.folder = folder;
    this.lockFile = lockFile;
  }

  static ShardFolder open(Path folder) throws IOException {
    Files.createDirectories(folder);
    FileChannel channel =
        FileChannel.open(
            folder.resolve("node.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return new ShardFolder(folder, channel);
      }
    } catch (OverlappingFileLockException e) {
      // the same answer
    }
    channel.close();
    throw new IOException(
        "the cache folder " + folder + " is in use by another node; give each its --cache-dir");
  }

  /** What is there and has the length that its name promises; anything else is deleted. */
  List<ShardObject.CachedName> files() throws IOException {
    List<ShardObject.CachedName> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String fileName = String.valueOf(file.getFileName());
        Optional<ShardObject.CachedName> name = ShardObject.CachedName.parse(fileName);
        if (name.isPresent() && Files.size(file) == name.get().bytes()) {
          names.add(name.get());
        } else if (fileName.endsWith(SHARD) || fileName.endsWith(PARTIAL)) {
          Files.deleteIfExists(file);
        }
      }
    }
    return names;
  }

  /** The file, if it is there and its content is what its name promises. */
  Optional<Path> verified(ShardObject.CachedName name) throws IOException {
    Path file = folder.resolve(name.fileName());
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    if (Files.size(file) == name.bytes() && crc32c(file) == name.crc32c()) {
      return Optional.of(file);
    }
    LOG.log(Level.WARNING, "a cached shard is damaged; fetching it again");
    Files.deleteIfExists(file);
    return Optional.empty();
  }

  /** Fetches a file and checks it before anybody sees it under its name. */
  Path fetch(ShardObject.CachedName name, Consumer<Path> download) throws IOException {
    Path partial = folder.resolve(UUID.randomUUID() + PARTIAL);
    try {
      download.accept(partial);
      if (Files.size(partial) != name.bytes() || crc32c(partial) != name.crc32c()) {
        throw new IOException("a shard in the bucket is not what the index lists");
      }
      return Files.move(partial, folder.resolve(name.fileName()), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  /**
   * Takes a file's name off it, so that another may come by that name before it is deleted.
   *
   * @return what is to be {@linkplain #delete deleted}; empty if the file is not there
   */
  Optional<Path> setAside(ShardObject.CachedName name) {
    try {
      return Optional.of(
          Files.move(
              folder.resolve(name.fileName()),
              folder.resolve(UUID.randomUUID() + PARTIAL),
              StandardCopyOption.ATOMIC_MOVE));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "a shard that was thrown out of the cache cannot be moved", e);
      return Optional.empty();
    }
  }

  /** Deletes what was set aside; what is left of it goes at the next start. */
  void delete(Path aside) {
    try {
      Files.deleteIfExists(aside);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "a shard that was thrown out of the cache cannot be deleted", e);
    }
  }

  private static int crc32c(Path file) throws IOException {
    CRC32C crc = new CRC32C();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        crc.update(buffer, 0, n);
      }
    }
    return (int) crc.getValue();
  }

  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the cache folder cannot be unlocked", e);
    }
  }
}
