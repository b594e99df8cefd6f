package io.akidb.diskann.graph;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Zeroed memory for building that is a mapped file, so that the page cache and not the heap holds
 * it: what is over the machine's memory goes to disk. Deleted when closed.
 */
final class WorkFile implements AutoCloseable {
  private final Path file;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment bytes;

  WorkFile(Path directory, String name, long length) {
    try {
      file = Files.createTempFile(directory, name + "-", ".work");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create a work file in " + directory, e);
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      bytes = channel.map(FileChannel.MapMode.READ_WRITE, 0, length, arena);
    } catch (IOException e) {
      close();
      throw new UncheckedIOException("cannot map a work file of " + length + " bytes", e);
    }
  }

  MemorySegment bytes() {
    return bytes;
  }

  @Override
  public void close() {
    arena.close();
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete the work file " + file.getFileName(), e);
    }
  }
}
