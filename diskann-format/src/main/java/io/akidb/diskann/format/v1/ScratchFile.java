package io.akidb.diskann.format.v1;

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
 * A file that is written, in order or not, and then mapped, and is gone when it is closed. For one
 * thread while it is written.
 */
final class ScratchFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 18;

  private final FileChannel channel;
  private final SectionOutput out;
  private final Arena arena = Arena.ofShared();

  /**
   * Creates it.
   *
   * @param name what its name begins with
   */
  ScratchFile(Path directory, String name) {
    try {
      // On Unix it loses its name at once, so that a killed process leaves nothing behind.
      channel =
          FileChannel.open(
              Files.createTempFile(directory, name + "-", ".spill"),
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create work files in " + directory, e);
    }
    out = new SectionOutput(channel, BUFFER_BYTES);
  }

  /** Where it is written. */
  SectionOutput out() {
    return out;
  }

  /** Writes bytes to a place, where it is not written in order. */
  void write(ByteBuffer bytes, long at) {
    try {
      for (long end = at; bytes.hasRemaining(); ) {
        end += channel.write(bytes, end);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the work files", e);
    }
  }

  /** Maps what was written so far, until it is closed. */
  MemorySegment map() {
    out.flush();
    try {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot map the work files", e);
    }
  }

  @Override
  public void close() {
    arena.close();
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the work files", e);
    }
  }
}
