package io.akidb.objectstore;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Files that are replaced whole: the old content or the new one, whatever crashes. */
final class LocalFiles {
  private LocalFiles() {}

  /** Puts the bytes in the place of what the target held. */
  static void replace(Path target, byte[] bytes) {
    try (InputStream in = new java.io.ByteArrayInputStream(bytes)) {
      replace(target, in);
    } catch (IOException e) {
      throw new StoreUnavailableException("cannot write the file " + target.getFileName(), e);
    }
  }

  /** Puts the stream's bytes in the place of what the target held. */
  static void replace(Path target, InputStream in) throws IOException {
    Path absolute = target.toAbsolutePath();
    Path folder = absolute.getParent();
    Path temporary =
        Files.createTempFile(folder == null ? absolute : folder, ".incoming-", ".part");
    try {
      Files.copy(in, temporary, StandardCopyOption.REPLACE_EXISTING);
      sync(temporary);
      Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Writes all bytes to a new or emptied file and makes them durable. */
  static void writeSynced(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  /** Makes a file's content durable. */
  static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** Makes a folder's names durable, where the system can. */
  static void syncFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
