package io.akidb.serving.build;

import io.akidb.catalog.BuildRequests;
import io.akidb.catalog.CatalogException;
import io.akidb.objectstore.ObjectStoreException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Starts the build command when a build was asked for: one process at a time, which takes all
 * pending requests of the bucket. Its output goes to a file. A request that the command leaves
 * behind when it fails is marked as failed. {@link #close} ends the process and the thread, and the
 * end of this JVM, however violent, the process. Thread-safe.
 */
public final class BuildLauncher implements AutoCloseable {
  private static final Logger LOG = System.getLogger(BuildLauncher.class.getName());
  private static final int END_TIMEOUT_SECS = 5;

  /** Nobody waits for it, so the job has time to leave its lease. */
  private static final int WILL_TIMEOUT_SECS = 15;

  private static final int LOGS_MAX = 10;
  private static final int ASKED_MAX = 1000;
  private static final Duration LEASE_TO_FAIL = Duration.ofSeconds(30);

  private record Asked(BuildRequests builds, UUID build) {}

  private final BuildConfig config;
  private final LinkedBlockingQueue<Asked> queue = new LinkedBlockingQueue<>(ASKED_MAX);
  private final Set<UUID> seen = new HashSet<>();
  private final @Nullable Thread thread;
  private volatile @Nullable Process running;
  private volatile boolean closing;

  /** Starts waiting for requests, if there is a command. */
  public BuildLauncher(BuildConfig config) {
    this.config = config;
    this.thread =
        config.command().isEmpty()
            ? null
            : Thread.ofVirtual().name("build-launcher").start(this::run);
  }

  /**
   * A build waits to be taken. Several that wait cause one run; one that this node has tried
   * already causes none, so that whoever looks at a pending build may call this.
   */
  public void offer(BuildRequests builds, UUID build) {
    synchronized (seen) {
      if (thread == null || seen.size() >= ASKED_MAX || !seen.add(build)) {
        return;
      }
    }
    if (!queue.offer(new Asked(builds, build))) {
      LOG.log(Level.WARNING, "too many builds wait; {0} is left to the next run", build);
    }
  }

  private void run() {
    int run = 0;
    while (!closing) {
      try {
        List<Asked> asked = new ArrayList<>(List.of(queue.take()));
        queue.drainTo(asked);
        Path log = config.logFolder().resolve("build-" + run++ % LOGS_MAX + ".log");
        int code = runOnce(log);
        if (code != 0 && !closing) {
          LOG.log(Level.ERROR, "the build command ended with code {0}; see {1}", code, log);
          asked.forEach(request -> fail(request, code, log));
        }
        synchronized (seen) {
          seen.clear();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private int runOnce(Path log) throws InterruptedException {
    Process process;
    try {
      Files.createDirectories(config.logFolder());
      ProcessBuilder builder =
          new ProcessBuilder(config.command())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      config.applyTo(builder.environment());
      process = LastWill.start(builder, WILL_TIMEOUT_SECS);
    } catch (IOException e) {
      LOG.log(Level.ERROR, "the build command cannot be started", e);
      return -1;
    }
    running = process;
    if (closing) {
      end(process);
    }
    LOG.log(Level.INFO, "building, process {0}, output in {1}", process.pid(), log);
    int code = process.waitFor();
    running = null;
    return code;
  }

  // Only a request that nobody holds: what another builder has taken is its own.
  private static void fail(Asked asked, int code, Path log) {
    try {
      asked
          .builds()
          .lease(asked.build(), "node", LEASE_TO_FAIL)
          .ifPresent(
              leased ->
                  asked
                      .builds()
                      .fail(
                          leased,
                          "the node's build command ended with code "
                              + code
                              + "; its output is in the node's "
                              + log.getFileName()));
    } catch (CatalogException | ObjectStoreException e) {
      LOG.log(Level.WARNING, "a failed build cannot be marked as failed", e);
    }
  }

  @Override
  public void close() {
    closing = true;
    Process process = running;
    if (process != null) {
      end(process);
    }
    Thread waiting = thread;
    if (waiting != null) {
      waiting.interrupt();
      try {
        waiting.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void end(Process process) {
    try {
      // The command is a script that starts a JVM: its children first, or they outlive it.
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
      if (!process.waitFor(END_TIMEOUT_SECS, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
