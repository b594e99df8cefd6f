package io.akidb.serving.rest;

import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Answers on their way out, which take memory from when they are written until their caller has
 * read them, or falls behind the least pace. What all long ones take together is bounded in bytes,
 * and what one caller's take by three times what is free beside them, so that there is always
 * something left for the next. Thread-safe.
 */
final class Departures {
  /** An answer up to this length counts nothing: as many as connections are open matter little. */
  static final int SHORT_BYTES_MAX = 64 << 10;

  /**
   * How far a caller may be behind the least pace: as long as a connection may stand still, since
   * the system takes megabytes ahead and more of them only when a good part of those was read.
   */
  static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final int HEAP_DIVISOR = 8;
  // Of the longest: else one caller's answer is all that a small heap has room for.
  private static final int ANSWERS_MIN = 4;
  private static final int SMALL_HEAP_DIVISOR = 4;
  private static final int TIMES_FREE = 3;
  private static final int PIECE_BYTES = 16 << 10;

  private final long bytesMax;
  private final LongSupplier nanoTime;
  private final AtomicLong bytesHeld = new AtomicLong();
  // Without those that hold nothing.
  private final ConcurrentHashMap<String, Long> byCaller = new ConcurrentHashMap<>();

  /**
   * None yet.
   *
   * @param bytesMax of all of them
   * @param nanoTime as {@link System#nanoTime}
   */
  Departures(long bytesMax, LongSupplier nanoTime) {
    this.bytesMax = bytesMax;
    this.nanoTime = nanoTime;
  }

  /** Most bytes of all answers in a heap of so many: one of the longest has room in any. */
  static long bytesMax(long heapBytes) {
    long few = Math.min((long) ANSWERS_MIN * AnswerBytes.BYTES_MAX, heapBytes / SMALL_HEAP_DIVISOR);
    return Math.max(AnswerBytes.BYTES_MAX, Math.max(few, heapBytes / HEAP_DIVISOR));
  }

  /**
   * Sends an answer, as long as its caller reads it at the least pace.
   *
   * @throws IOException if it was not read to its end: the connection is of no use any more
   */
  void send(Blocks body, OutputStream out) throws IOException {
    Pace pace = new Pace(PATIENCE, nanoTime);
    AtomicInteger left = new AtomicInteger(body.size());
    body.forEach(
        PIECE_BYTES,
        (bytes, from, length) -> {
          out.write(bytes, from, length);
          boolean isLast = left.addAndGet(-length) == 0;
          if (!pace.isKeptWith(length) && !isLast) {
            throw new IOException(
                "it is read at less than " + Pace.BYTES_PER_SECOND_MIN + " bytes a second");
          }
        });
  }

  /** Bytes of all answers that are written or sent. */
  long bytesHeld() {
    return bytesHeld.get();
  }

  /** A call's answer; what it holds is given back when it is closed. For one thread. */
  Room open() {
    return new Room();
  }

  private long change(String caller, long bytes) {
    Long changed =
        byCaller.compute(
            caller,
            (name, known) -> {
              long next = (known == null ? 0 : known) + bytes;
              return next == 0 ? null : next;
            });
    return changed == null ? 0 : changed;
  }

  /** See {@link #open}. */
  final class Room implements AutoCloseable {
    private String caller = "";
    private long held;

    private Room() {}

    /** Says whose share it takes, before it takes any. */
    void of(String whose) {
      if (held == 0) {
        caller = whose;
      }
    }

    /**
     * Makes room for an answer of so many bytes, those included that it has already.
     *
     * @throws ServingException OVERLOADED if the share of the caller, or that of all, is used up
     */
    void require(long bytes) {
      long more = bytes - SHORT_BYTES_MAX - held;
      if (more <= 0) {
        return;
      }
      held += more;
      long free = bytesMax - bytesHeld.addAndGet(more);
      long ofCaller = change(caller, more);
      if (free < 0) {
        throw ServingException.of(
            Reason.OVERLOADED, "the answers of all callers fill the memory set apart for them");
      }
      // One answer is let in however little is free.
      if (ofCaller > held && ofCaller / TIMES_FREE > free) {
        throw ServingException.of(
            Reason.OVERLOADED,
            "the answers of this tenant fill its share of the memory for them; read them faster,"
                + " ask for less, or for fewer at once");
      }
    }

    /** Gives back what it holds, where another answer takes the place of the one it was for. */
    void giveBack() {
      if (held > 0) {
        bytesHeld.addAndGet(-held);
        change(caller, -held);
        held = 0;
      }
    }

    @Override
    public void close() {
      giveBack();
    }
  }
}
