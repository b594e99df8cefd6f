package io.akidb.serving.search;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;

/**
 * Threads that search partitions beside the caller's. None of them works on for a search that has
 * ended: what it reads is then given back. Thread-safe.
 */
final class SearchHelpers {
  private final ExecutorService threads;
  private final int count;

  /**
   * With these.
   *
   * @param threads refuses work rather than queue it without bound; closed by its owner
   */
  SearchHelpers(ExecutorService threads, int count) {
    this.threads = threads;
    this.count = count;
  }

  /** Every so many of a search's parts, on a thread that has time. */
  private static final class Group<T> {
    private final int first;
    private final int step;
    private final int parts;
    private final IntFunction<List<T>> work;
    private final AtomicBoolean over;
    // By the thread that works on it, or by the search's end.
    private final AtomicBoolean taken = new AtomicBoolean();

    Group(int first, int step, int parts, IntFunction<List<T>> work, AtomicBoolean over) {
      this.first = first;
      this.step = step;
      this.parts = parts;
      this.work = work;
      this.over = over;
    }

    boolean take() {
      return taken.compareAndSet(false, true);
    }

    List<T> run() {
      List<T> found = new ArrayList<>();
      for (int part = first; part < parts && !over.get(); part += step) {
        found.addAll(work.apply(part));
      }
      return found;
    }
  }

  private record Helped<T>(Group<T> group, Future<List<T>> found) {}

  /**
   * What the parts find, in no order. Once this has returned or thrown, no thread works on any.
   *
   * @param work finds what a part holds; run on several threads at once
   */
  <T> List<T> inGroups(int parts, IntFunction<List<T>> work) {
    int groups = Math.min(parts, count + 1);
    AtomicBoolean over = new AtomicBoolean();
    List<Helped<T>> elsewhere = new ArrayList<>();
    List<Group<T>> here = new ArrayList<>();
    try {
      for (int first = 0; first < groups; first++) {
        Group<T> group = new Group<>(first, groups, parts, work, over);
        if (first == 0) {
          here.add(group);
          continue;
        }
        try {
          elsewhere.add(
              new Helped<>(group, threads.submit(() -> group.take() ? group.run() : List.<T>of())));
        } catch (RejectedExecutionException e) {
          here.add(group);
        }
      }
      List<T> found = new ArrayList<>();
      for (Group<T> group : here) {
        found.addAll(group.run());
      }
      for (Helped<T> other : elsewhere) {
        found.addAll(resultOf(other.found()));
      }
      return found;
    } finally {
      over.set(true);
      elsewhere.forEach(SearchHelpers::awaitEnd);
    }
  }

  private static <T> List<T> resultOf(Future<List<T>> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new CompletionException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CompletionException(e);
    }
  }

  // Not Future.cancel: it does not wait for what runs, and an interrupt would end the download of a
  // shard that others wait for. What runs ends with its partition, or at the search's deadline.
  private static void awaitEnd(Helped<?> other) {
    if (other.group().take()) {
      return;
    }
    boolean interrupted = false;
    while (true) {
      try {
        other.found().get();
        break;
      } catch (ExecutionException e) {
        break; // as the caller's own, or after it
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
