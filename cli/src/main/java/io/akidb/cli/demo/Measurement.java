package io.akidb.cli.demo;

import io.akidb.cli.CliException;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * How long calls take, as the caller sees them.
 *
 * @param p50Ms half are faster
 * @param p99Ms 99 of 100 are faster
 * @param perSecond calls finished in a second, by all clients together
 */
record Measurement(double p50Ms, double p99Ms, double perSecond) {

  /**
   * Makes calls, each once.
   *
   * @param clients who call at once, each waiting for its answer before its next call
   * @param call makes the call of a number
   */
  static Measurement of(int calls, int clients, IntConsumer call) {
    long[] nanos = new long[calls];
    AtomicInteger next = new AtomicInteger();
    long start = System.nanoTime();
    try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
      Future<?>[] running =
          IntStream.range(0, clients)
              .mapToObj(
                  client ->
                      threads.submit(
                          () -> {
                            for (int i = next.getAndIncrement();
                                i < calls;
                                i = next.getAndIncrement()) {
                              long before = System.nanoTime();
                              call.accept(i);
                              nanos[i] = System.nanoTime() - before;
                            }
                          }))
              .toArray(Future<?>[]::new);
      for (Future<?> one : running) {
        one.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CliException.failed("interrupted", e);
    } catch (ExecutionException e) {
      throw CliException.failed("a search failed: " + e.getMessage(), e);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    Arrays.sort(nanos);
    return new Measurement(
        percentile(nanos, 0.50) / 1e6, percentile(nanos, 0.99) / 1e6, calls / seconds);
  }

  /** The nearest-rank percentile of sorted values. */
  static long percentile(long[] sorted, double share) {
    return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
  }
}
