package io.akidb.objectstore;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What a file's attributes tell of the object in it. */
final class LocalMetadata {
  private LocalMetadata() {}

  /** Of the object that a file holds; empty if there is none. */
  static Optional<ObjectMetadata> of(String key, Path file) throws IOException {
    try {
      BasicFileAttributes is =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return is.isRegularFile() ? Optional.of(of(key, is)) : Optional.empty();
    } catch (FileSystemException e) {
      if (isMissing(e, file)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Whether a file is not there, rather than out of reach (no right, too many open files). */
  static boolean isMissing(FileSystemException e, Path file) {
    if (e instanceof NoSuchFileException || e instanceof NotDirectoryException) {
      return true;
    }
    // Java has no exception of its own for a path that leads through a file.
    for (Path part = file.getParent(); part != null; part = part.getParent()) {
      if (Files.isRegularFile(part)) {
        return true;
      }
    }
    return false;
  }

  static ObjectMetadata of(String key, BasicFileAttributes is) {
    Instant modified = is.lastModifiedTime().toInstant();
    return new ObjectMetadata(
        key,
        is.size(),
        Long.toHexString(nanos(modified)) + "-" + Long.toHexString(is.size()),
        modified);
  }

  /** Since 1970. */
  static long nanos(Instant time) {
    return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
  }
}
