package io.akidb.diskann.graph;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Zeroed memory for building that is a mapped file, so that the page cache and not the heap holds
 * it: what is over the machine's memory goes to disk. Gone when closed, or with its process.
 */
final class WorkFile implements AutoCloseable {
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 18).asReadOnlyBuffer();

  private final Arena arena = Arena.ofShared();
  private final MemorySegment bytes;

  WorkFile(Path directory, String name, long length) {
    // On Unix it loses its name at once, so that a killed process leaves nothing behind.
    try (FileChannel channel =
        FileChannel.open(
            Files.createTempFile(directory, name + "-", ".work"),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      reserve(channel, directory, length);
      bytes = channel.map(FileChannel.MapMode.READ_WRITE, 0, length, arena);
    } catch (IOException e) {
      arena.close();
      throw new UncheckedIOException(
          "cannot make a work file of " + length + " bytes in " + directory, e);
    }
  }

  /**
   * Has the disk give its room now, as an error that can be told: a page of a mapping for which
   * there is none left is a fault of memory.
   */
  private static void reserve(FileChannel channel, Path directory, long length) throws IOException {
    long free = Files.getFileStore(directory).getUsableSpace();
    if (free < length) {
      throw new IOException("only " + free + " bytes are free");
    }
    ByteBuffer zeros = ZEROS.duplicate();
    for (long at = 0; at < length; ) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), length - at));
      at += channel.write(zeros, at);
    }
  }

  MemorySegment bytes() {
    return bytes;
  }

  @Override
  public void close() {
    arena.close();
  }
}
