package io.akidb.serving.rest;

import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Bodies on their way in. A caller who sends slowly keeps none of the places of calls that are
 * being handled, and no more than a share of the places here: others are not made to wait for it.
 * What all bodies hold together is bounded in bytes, and what one caller's hold by what is free
 * beside them: so one caller comes to half of all, two to a third each, and there is as much left
 * for the next. Thread-safe.
 */
final class Arrivals {
  /**
   * How far a body may be behind the least pace, wherever in it: what came early is no excuse for
   * dripping later. A connection that stands still ends by the server's idle timeout.
   */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** What a caller's bodies take. */
  private record Share(int arriving, long bytes) {
    static final Share NONE = new Share(0, 0);

    Share with(int moreArriving, long moreBytes) {
      return new Share(arriving + moreArriving, bytes + moreBytes);
    }
  }

  private final int perCallerMax;
  private final long bytesMax;
  private final LongSupplier nanoTime;
  private final AtomicLong bytesHeld = new AtomicLong();
  private final ConcurrentHashMap<String, Share> shares = new ConcurrentHashMap<>();

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

  private Share change(String caller, int moreArriving, long moreBytes) {
    Share changed =
        shares.compute(
            caller,
            (name, known) -> {
              Share next = (known == null ? Share.NONE : known).with(moreArriving, moreBytes);
              return next.equals(Share.NONE) ? null : next;
            });
    return changed == null ? Share.NONE : changed;
  }

  /** See {@link #open}. */
  final class Body implements AutoCloseable {
    private String caller = "";
    private long held;

    private Body() {}

    /**
     * Reads all of it.
     *
     * @param of the caller whose share of places and bytes it takes
     * @param in the body, not closed here
     * @param max most bytes
     * @throws ServingException TOO_LARGE, INVALID_REQUEST for one that comes too slowly, OVERLOADED
     *     if the caller's places or bytes, or those of all, are used up
     * @throws IOException if it ends early
     */
    Blocks read(String of, InputStream in, int max) throws IOException {
      caller = of;
      try {
        if (change(of, 1, 0).arriving() > perCallerMax) {
          throw ServingException.of(
              Reason.OVERLOADED, "too many bodies of this tenant are on their way at once");
        }
        return read(in, max);
      } finally {
        change(of, -1, 0);
      }
    }

    private Blocks read(InputStream in, int max) throws IOException {
      Blocks body = new Blocks();
      Pace pace = new Pace(PATIENCE, nanoTime);
      for (int length = body.addFrom(in); length >= 0; length = body.addFrom(in)) {
        if (body.size() > max) {
          throw ServingException.of(
              Reason.TOO_LARGE, "the body is larger than the " + max + " bytes allowed here");
        }
        hold(length, max);
        if (!pace.isKeptWith(length)) {
          throw ServingException.of(
              Reason.INVALID_REQUEST,
              "the body comes too slowly: at least "
                  + Pace.BYTES_PER_SECOND_MIN
                  + " bytes a second are wanted");
        }
      }
      return body;
    }

    private void hold(int bytes, int max) {
      held += bytes;
      long ofAll = bytesHeld.addAndGet(bytes);
      long ofCaller = change(caller, 0, bytes).bytes();
      if (ofAll > bytesMax) {
        throw ServingException.of(
            Reason.OVERLOADED, "the bodies of all callers fill the memory set apart for them");
      }
      // One body is let in however little is free.
      if (ofCaller > Math.max(max, bytesMax - ofAll)) {
        throw ServingException.of(
            Reason.OVERLOADED, "the bodies of this tenant fill its share of the memory for them");
      }
    }

    @Override
    public void close() {
      if (held > 0) {
        bytesHeld.addAndGet(-held);
        change(caller, 0, -held);
        held = 0;
      }
    }
  }
}
