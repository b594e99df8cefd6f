package io.akidb.serving.build;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Starts the build command when a build was asked for: one process at a time, which takes all
 * pending requests of the bucket. Its output goes to a file. {@link #close} ends the process and
 * the thread. Thread-safe.
 */
public final class BuildLauncher implements AutoCloseable {
  private static final Logger LOG = System.getLogger(BuildLauncher.class.getName());
  private static final int END_TIMEOUT_SECS = 5;
  private static final int LOGS_MAX = 10;

  private final BuildConfig config;
  private final Semaphore asked = new Semaphore(0);
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

  /** A build was asked for. Several requests while one process runs cause one more run. */
  public void requested() {
    asked.release();
  }

  private void run() {
    int run = 0;
    while (!closing) {
      try {
        asked.acquire();
        asked.drainPermits();
        runOnce(run++ % LOGS_MAX);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (IOException e) {
        LOG.log(Level.ERROR, "the build command cannot be started", e);
      }
    }
  }

  private void runOnce(int number) throws IOException, InterruptedException {
    Files.createDirectories(config.logFolder());
    Path log = config.logFolder().resolve("build-" + number + ".log");
    Process process =
        new ProcessBuilder(config.command())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    running = process;
    if (closing) {
      end(process);
    }
    LOG.log(Level.INFO, "building, process {0}, output in {1}", process.pid(), log);
    int code = process.waitFor();
    running = null;
    if (code != 0 && !closing) {
      LOG.log(Level.ERROR, "the build command ended with code {0}; see {1}", code, log);
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
