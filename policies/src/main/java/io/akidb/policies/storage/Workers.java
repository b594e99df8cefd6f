package io.akidb.policies.storage;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The threads by which a synchronization calls the store.
 *
 * @param threads so many, and ended by {@link #close}
 */
record Workers(ExecutorService threads) implements AutoCloseable {
  private static final int ENDING_SECONDS_MAX = 10;

  static Workers start(int count) {
    return new Workers(Executors.newFixedThreadPool(count, Workers::thread));
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "sync-policies");
    thread.setDaemon(true);
    return thread;
  }

  /** Interrupts what is under way, and waits for its end, but not for long. */
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      var unused = threads.awaitTermination(ENDING_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
