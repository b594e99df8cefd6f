package io.akidb.ingest;

import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.InterceptedStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import io.akidb.objectstore.OutcomeUnknownException;
import io.akidb.objectstore.StoreUnavailableException;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A real store whose writes fail now and then, before they happen or after, so that the answer is
 * lost. All stores of one JVM share the dice; a bounded number of failures fall.
 */
final class FlakyStore extends InterceptedStore {
  private static final Dice DICE = new Dice();

  private FlakyStore(ObjectStore store) {
    super(store);
  }

  /** As a {@link StoreOpener}. */
  static ObjectStore open(BucketConfig config) {
    return new FlakyStore(ObjectStores.open(config));
  }

  /** From now on fails {@code failures} times, but never the calling thread. */
  static void arm(long seed, int failures, int writesBetween) {
    DICE.throwAgain(seed, failures, writesBetween);
  }

  /** How many failures did not happen. */
  static int left() {
    return DICE.left();
  }

  private static final class Dice {
    private Random random = new Random(0);
    private int failures;
    private int writesBetween = 1;
    private int countdown;
    private @Nullable Thread spared;

    synchronized void throwAgain(long seed, int failures, int writesBetween) {
      this.random = new Random(seed);
      this.failures = failures;
      this.writesBetween = writesBetween;
      this.countdown = 1 + random.nextInt(writesBetween);
      this.spared = Thread.currentThread();
    }

    /** 0 to go on, 1 to fail before, 2 to fail after. */
    synchronized int fall() {
      if (failures == 0 || Thread.currentThread().equals(spared) || --countdown > 0) {
        return 0;
      }
      failures--;
      countdown = 1 + random.nextInt(writesBetween);
      return 1 + random.nextInt(2);
    }

    synchronized int left() {
      return failures;
    }
  }

  @Override
  protected <T> T write(String method, String key, Supplier<T> call) {
    int fall = DICE.fall();
    if (fall == 1) {
      throw new StoreUnavailableException("injected before a write of " + key, null);
    }
    T result = call.get();
    if (fall == 2) {
      throw new OutcomeUnknownException("injected after a write of " + key, null);
    }
    return result;
  }
}
