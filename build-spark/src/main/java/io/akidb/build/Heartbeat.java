package io.akidb.build;

import io.akidb.catalog.CatalogException;
import io.akidb.catalog.LeaseLostException;
import io.akidb.objectstore.ObjectStoreException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Says how far a build is while it runs, once a second, and renews its lease four times in the
 * lease's time. Owns two threads, so that a slow store does not silence the progress; {@link
 * #close} ends both.
 */
final class Heartbeat implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Heartbeat.class.getName());
  private static final int SAY_MILLIS = 900;
  private static final int CLOSE_WAIT_SECS = 30;

  private final ScheduledExecutorService threads =
      Executors.newScheduledThreadPool(
          2,
          task -> {
            Thread thread = new Thread(task, "build-heartbeat");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Starts to beat.
   *
   * @param say called once a second
   * @param onLost called once when somebody else has the lease
   */
  void start(
      JobProgress progress, BuildLease lease, Duration leaseTime, Runnable say, Runnable onLost) {
    long renewMillis = Math.max(100, leaseTime.toMillis() / 4);
    // Both end with the threads; nobody waits for their results.
    var unusedSaying = threads.scheduleAtFixedRate(say, 0, SAY_MILLIS, TimeUnit.MILLISECONDS);
    var unusedRenewing =
        threads.scheduleWithFixedDelay(
            () -> {
              try {
                lease.renew(progress.look());
              } catch (LeaseLostException e) {
                LOG.log(
                    System.Logger.Level.WARNING,
                    "another job took the build over: {0}",
                    e.getMessage());
                onLost.run();
                // Ends this task: a lease that is lost stays so.
                throw e;
              } catch (CatalogException | ObjectStoreException e) {
                // The lease still holds for a while; the next beat tries again.
                LOG.log(
                    System.Logger.Level.WARNING,
                    "could not renew the lease, will try again: {0}",
                    e.getMessage());
              }
            },
            renewMillis,
            renewMillis,
            TimeUnit.MILLISECONDS);
  }

  /**
   * Waits until a renewal that is under way has ended, so that nobody else changes the request
   * afterwards.
   */
  @Override
  public void close() {
    threads.shutdown();
    boolean interrupted = false;
    try {
      if (!threads.awaitTermination(CLOSE_WAIT_SECS, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
