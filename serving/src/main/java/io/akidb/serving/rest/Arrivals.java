package io.akidb.serving.rest;

import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Bodies on their way in. A caller who sends slowly keeps none of the places of calls that are
 * being handled, and no more than a share of the places here: others are not made to wait for it.
 * What all bodies hold together is bounded in bytes. Thread-safe.
 */
final class Arrivals {
  /**
   * A connection that stands still ends by the server's idle timeout; this is for one that drips.
   */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Of a body that takes longer than that. */
  static final long BYTES_PER_SECOND_MIN = 8 << 10;

  private static final int BLOCK_BYTES = 64 << 10;

  private final int perCallerMax;
  private final long bytesMax;
  private final LongSupplier nanoTime;
  private final AtomicLong bytesHeld = new AtomicLong();
  private final ConcurrentHashMap<String, Integer> arriving = new ConcurrentHashMap<>();

  /**
   * None yet.
   *
   * @param perCallerMax bodies that arrive at once for one tenant
   * @param bytesMax of all bodies that arrive or are being handled
   * @param nanoTime as {@link System#nanoTime}
   */
  Arrivals(int perCallerMax, long bytesMax, LongSupplier nanoTime) {
    this.perCallerMax = perCallerMax;
    this.bytesMax = bytesMax;
    this.nanoTime = nanoTime;
  }

  /** Bytes of all bodies that arrive or are being handled. */
  long bytesHeld() {
    return bytesHeld.get();
  }

  /** A call's body; what it holds is given back when it is closed. For one thread. */
  Body open() {
    return new Body();
  }

  /** See {@link #open}. */
  final class Body implements AutoCloseable {
    private long held;

    private Body() {}

    /**
     * Reads all of it.
     *
     * @param caller whose share of the places it takes
     * @param in the body, not closed here
     * @param max most bytes
     * @throws ServingException TOO_LARGE, INVALID_REQUEST for one that comes too slowly, OVERLOADED
     *     if the caller's places or the bytes are used up
     * @throws IOException if it ends early
     */
    byte[] read(String caller, InputStream in, int max) throws IOException {
      if (arriving.merge(caller, 1, Integer::sum) > perCallerMax) {
        leave(caller);
        throw ServingException.of(
            Reason.OVERLOADED, "too many bodies of this tenant are on their way at once");
      }
      try {
        return read(in, max);
      } finally {
        leave(caller);
      }
    }

    private byte[] read(InputStream in, int max) throws IOException {
      long start = nanoTime.getAsLong();
      ByteArrayOutputStream all = new ByteArrayOutputStream(1 << 10);
      byte[] block = new byte[BLOCK_BYTES];
      for (int length = in.read(block); length >= 0; length = in.read(block)) {
        if (all.size() + (long) length > max) {
          throw ServingException.of(
              Reason.TOO_LARGE, "the body is larger than the " + max + " bytes allowed here");
        }
        hold(length);
        all.write(block, 0, length);
        requireProgress(nanoTime.getAsLong() - start, all.size());
      }
      return all.toByteArray();
    }

    private void hold(int bytes) {
      held += bytes;
      if (bytesHeld.addAndGet(bytes) > bytesMax) {
        throw ServingException.of(
            Reason.OVERLOADED, "the bodies of all callers fill the memory set apart for them");
      }
    }

    @Override
    public void close() {
      bytesHeld.addAndGet(-held);
      held = 0;
    }
  }

  private void leave(String caller) {
    arriving.computeIfPresent(caller, (name, count) -> count == 1 ? null : count - 1);
  }

  private static void requireProgress(long elapsedNanos, int bytes) {
    long over = elapsedNanos - PATIENCE.toNanos();
    if (over > 0 && bytes < over / 1e9 * BYTES_PER_SECOND_MIN) {
      throw ServingException.of(
          Reason.INVALID_REQUEST,
          "the body comes too slowly: at least "
              + BYTES_PER_SECOND_MIN
              + " bytes a second are wanted");
    }
  }
}
