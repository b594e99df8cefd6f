package io.akidb.policies;

import io.akidb.objectstore.StoreUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of a page, several at once where helpers have time: the caller reads too, so
 * that without them it only takes longer. Thread-safe if the helpers are.
 */
final class PageReader {
  /** Nobody who helps. */
  static final Executor NO_HELPERS =
      task -> {
        throw new RejectedExecutionException("there are no helpers");
      };

  /** Reads one after the other, however long it takes. */
  static final PageReader ALONE = new PageReader(NO_HELPERS, 0, () -> false);

  private static final long LOOK_MS = 100;

  private final Executor helpers;
  private final int helpersMax;
  private final BooleanSupplier isLate;

  /**
   * Reads nothing yet.
   *
   * @param helpers refuse work rather than queue it without bound
   * @param helpersMax most of them for one page
   * @param isLate whether no more is to be read
   */
  PageReader(Executor helpers, int helpersMax, BooleanSupplier isLate) {
    this.helpers = helpers;
    this.helpersMax = helpersMax;
    this.isLate = isLate;
  }

  /**
   * A page of records in the order of their ids, without those that are gone meanwhile.
   *
   * @param find looks one up, for many threads at once
   * @throws StoreUnavailableException if it is late; a read that has begun is not waited for
   */
  <T> PolicyPage<T> read(
      List<String> ids, Function<String, Optional<T>> find, @Nullable String nextCursor) {
    Page<T> page = new Page<>(ids, find, isLate);
    for (int i = 0; i < Math.min(helpersMax, ids.size() - 1); i++) {
      try {
        helpers.execute(page);
      } catch (RejectedExecutionException e) {
        break;
      }
    }
    page.run();
    return page.await(nextCursor);
  }

  private static StoreUnavailableException late() {
    return new StoreUnavailableException(
        "the records of a tenant's users and API keys could not be read in time", null);
  }

  /** What was found, or nothing where it cannot be read. */
  private record Outcome<T>(Optional<T> found, boolean isReadable) {}

  private static final class Page<T> implements Runnable {
    private final List<String> ids;
    private final Function<String, Optional<T>> find;
    private final BooleanSupplier isLate;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReferenceArray<Outcome<T>> outcomes;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final CountDownLatch left;

    Page(List<String> ids, Function<String, Optional<T>> find, BooleanSupplier isLate) {
      this.ids = ids;
      this.find = find;
      this.isLate = isLate;
      this.outcomes = new AtomicReferenceArray<>(ids.size());
      this.left = new CountDownLatch(ids.size());
    }

    /** Reads what nobody else reads, until there is no more. */
    @Override
    public void run() {
      for (int i = next.getAndIncrement(); i < ids.size(); i = next.getAndIncrement()) {
        try {
          if (failure.get() == null) {
            outcomes.set(i, outcome(ids.get(i)));
          }
        } catch (RuntimeException | Error e) {
          // The caller throws it, whoever met it.
          failure.compareAndSet(null, e);
        } finally {
          left.countDown();
        }
      }
    }

    private Outcome<T> outcome(String id) {
      if (isLate.getAsBoolean()) {
        throw late();
      }
      try {
        return new Outcome<>(find.apply(id), true);
      } catch (CorruptPolicyException | CorruptApiKeyException e) {
        return new Outcome<>(Optional.empty(), false);
      }
    }

    PolicyPage<T> await(@Nullable String nextCursor) {
      try {
        while (!left.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
          if (isLate.getAsBoolean()) {
            throw late();
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StoreUnavailableException("interrupted", e);
      }
      Throwable failed = failure.get();
      if (failed instanceof RuntimeException known) {
        throw known;
      }
      if (failed instanceof Error error) {
        throw error;
      }
      List<T> found = new ArrayList<>(ids.size());
      List<String> unreadable = new ArrayList<>();
      for (int i = 0; i < ids.size(); i++) {
        Outcome<T> outcome = outcomes.get(i);
        outcome.found().ifPresent(found::add);
        if (!outcome.isReadable()) {
          unreadable.add(ids.get(i));
        }
      }
      return new PolicyPage<>(found, unreadable, nextCursor);
    }
  }
}
