package io.akidb.diskann.format.v1;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;

/**
 * Writes vectors into another file in another order: one pass over the old file, and a buffer for
 * each window of the new one, in which vectors follow each other as they do in the old. For one
 * thread.
 */
final class ArrangedVectors {
  private static final int BUFFER_BYTES_MAX = 1 << 16;
  private static final int INTERRUPTIBLE = 4096;

  private final int rowBytes;
  private final int[] windows;
  private final ScratchFile file;
  private final ByteBuffer[] buffers;

  /** Where the next buffer of each window goes. */
  private final long[] ends;

  private ArrangedVectors(int rowBytes, int[] windows, ScratchFile file, long memory) {
    this.rowBytes = rowBytes;
    this.windows = windows;
    this.file = file;
    int count = windows.length - 1;
    this.buffers = new ByteBuffer[count];
    this.ends = new long[count];
    int rows = (int) Math.max(1, Math.min(memory / count, BUFFER_BYTES_MAX) / rowBytes);
    for (int w = 0; w < count; w++) {
      buffers[w] = ByteBuffer.allocate(rows * rowBytes);
      ends[w] = (long) rowBytes * windows[w];
    }
  }

  /**
   * Writes them.
   *
   * @param vectors {@code [n][rowBytes]}
   * @param places of the vectors in the new file, ascending within each window
   * @param windows the first place of each, ascending, and behind them n
   * @param memory for buffers, in bytes
   * @return a file that holds them, to be closed by the caller
   */
  static ScratchFile write(
      Path directory,
      MemorySegment vectors,
      int rowBytes,
      int[] places,
      int[] windows,
      long memory) {
    ScratchFile file = new ScratchFile(directory, "arranged");
    try {
      ArrangedVectors writer = new ArrangedVectors(rowBytes, windows, file, memory);
      for (int i = 0; i < places.length; i++) {
        if (i % INTERRUPTIBLE == 0 && Thread.currentThread().isInterrupted()) {
          throw new CancellationException("the build was interrupted");
        }
        writer.put(vectors, (long) rowBytes * i, places[i]);
      }
      for (int w = 0; w < writer.buffers.length; w++) {
        writer.flush(w);
      }
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
    return file;
  }

  private void put(MemorySegment vectors, long at, int place) {
    int window = windowOf(place);
    ByteBuffer buffer = buffers[window];
    buffer.put(vectors.asSlice(at, rowBytes).asByteBuffer());
    if (!buffer.hasRemaining()) {
      flush(window);
    }
  }

  /** The window that a place lies in: the last that begins at it or before. */
  private int windowOf(int place) {
    int low = 0;
    int high = windows.length - 1;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (windows[middle] <= place) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private void flush(int window) {
    ByteBuffer buffer = buffers[window].flip();
    int bytes = buffer.remaining();
    file.write(buffer, ends[window]);
    ends[window] += bytes;
    buffer.clear();
  }
}
