package io.akidb.objectstore;

import java.io.FilterInputStream;
import java.io.InputStream;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A real store behind a bad network, for tests: by a seed, calls fail before they happen, or their
 * answers are lost. What happened, happened in full and at once: nothing is delayed, reordered or
 * torn, so that whatever a test finds is one of the outcomes that {@link ObjectStore} allows.
 *
 * <p>Calls by one thread meet the same faults for the same seed. Safe for use by many threads.
 */
public final class FaultInjectingStore extends InterceptedStore {
  /** What goes wrong. */
  public enum Fault {
    /** The call fails and did nothing: {@link StoreUnavailableException}. */
    REFUSED,
    /** A write happened, and says {@link OutcomeUnknownException}. */
    ANSWER_LOST,
    /** A write did not happen and never will, and says {@link OutcomeUnknownException}. */
    REQUEST_LOST,
    /** A stream ends early, with {@link StoreUnavailableException}, after some of its bytes. */
    BROKEN_STREAM
  }

  private static final int BYTES_BEFORE_BREAK_MAX = 10_000;

  private final ObjectStore store;
  private final double probability;
  private final SplittableRandom random;
  private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
  private boolean quiet;

  /**
   * Wraps a store, and closes it with itself.
   *
   * @param probability of a fault, for each call, 0 to 1
   */
  public FaultInjectingStore(ObjectStore store, long seed, double probability) {
    super(store);
    this.store = store;
    this.probability = probability;
    this.random = new SplittableRandom(seed);
  }

  /** How often a fault was met so far. */
  public synchronized int count(Fault fault) {
    return faults.getOrDefault(fault, 0);
  }

  /** How many faults were met so far. */
  public synchronized int count() {
    return faults.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** From now on nothing goes wrong any more, or (false) again as before. */
  public synchronized void setQuiet(boolean on) {
    quiet = on;
  }

  /** Draws what befalls a call, out of the faults that may. */
  private synchronized @Nullable Fault draw(Fault... possible) {
    if (quiet || random.nextDouble() >= probability) {
      return null;
    }
    Fault fault = possible[random.nextInt(possible.length)];
    faults.merge(fault, 1, Integer::sum);
    return fault;
  }

  private synchronized int drawLength() {
    return random.nextInt(BYTES_BEFORE_BREAK_MAX);
  }

  @Override
  protected <T> T write(String method, String key, Supplier<T> call) {
    String what = method + " " + key;
    Fault fault = draw(Fault.REFUSED, Fault.ANSWER_LOST, Fault.REQUEST_LOST);
    if (fault == null) {
      return call.get();
    }
    if (fault == Fault.REFUSED) {
      throw new StoreUnavailableException("injected: refused " + what, null);
    }
    if (fault == Fault.ANSWER_LOST) {
      var _ = call.get();
    }
    throw new OutcomeUnknownException("injected: lost the answer to " + what, null);
  }

  @Override
  protected <T> T read(String method, String key, Supplier<T> call) {
    if (draw(Fault.REFUSED) != null) {
      throw new StoreUnavailableException("injected: refused " + method + " " + key, null);
    }
    return call.get();
  }

  @Override
  public InputStream open(String key) {
    Fault fault = draw(Fault.REFUSED, Fault.BROKEN_STREAM);
    if (fault == Fault.REFUSED) {
      throw new StoreUnavailableException("injected: refused open " + key, null);
    }
    InputStream in = store.open(key);
    return fault == null ? in : new BreakingStream(in, drawLength());
  }

  /** Fails instead of reading more than so many bytes, or than all. */
  private static final class BreakingStream extends FilterInputStream {
    private int left;

    BreakingStream(InputStream in, int left) {
      super(in);
      this.left = left;
    }

    @Override
    public int read() throws java.io.IOException {
      byte[] one = new byte[1];
      int count = read(one, 0, 1);
      return count < 1 ? count : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws java.io.IOException {
      int count = length == 0 ? 0 : in.read(into, offset, Math.min(length, left));
      if (count < 0 || (count == 0 && length > 0)) {
        throw new StoreUnavailableException("injected: the stream broke", null);
      }
      left -= count;
      return count;
    }

    @Override
    public long skip(long count) throws java.io.IOException {
      return in.skip(Math.min(count, left));
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }
}
