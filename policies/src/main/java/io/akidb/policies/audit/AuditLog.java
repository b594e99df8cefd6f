package io.akidb.policies.audit;

import io.akidb.objectstore.ObjectStore;
import io.akidb.policies.audit.WaitingEvents.Waiting;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Puts events on record, many in one write. Thread-safe; one for each process. One thread of its
 * own writes, and {@link #close} ends it after what waits is written.
 *
 * <p>{@link #require} is for what must not happen unrecorded: it returns once the event is durable,
 * and is called before the deed. {@link #record} is for what has happened anyway, a refusal or an
 * outcome: the event is kept until it can be written, and refused when too many wait, so that it is
 * never lost silently; a process that is killed loses the last ones, of {@link AuditConfig#linger}
 * at the most while the bucket answers.
 *
 * <p>The thread outlives exceptions and lack of memory: who waits is told, and the batch is tried
 * again. An error of the JVM itself, after which nothing can be relied on, ends it: all events are
 * refused from then on. {@link #isWritable} tells of both.
 */
public final class AuditLog implements AutoCloseable {
  private static final Logger LOG = System.getLogger(AuditLog.class.getName());

  /** Longest time between the first and the last event of a batch; queries rely on it. */
  static final Duration SPAN_MAX = Duration.ofMinutes(1);

  private static final Duration CLOSING_MAX = Duration.ofSeconds(15);
  private static final String WITNESS = "audit.witness";
  private static final int FAILURES_WHEN_CLOSING_MAX = 3;

  private final AuditConfig config;
  private final WaitingEvents waiting;
  private final ChainWriter writer;
  private final Thread thread;
  private volatile boolean failing;

  // Of the writing thread: what it took and has still to write, or to tell that it is written.
  private final List<Waiting> batch = new ArrayList<>();
  private boolean isWritten;
  private long dueNanos;
  private boolean isLast;

  /**
   * Starts the writing thread; the first event begins a chain.
   *
   * @param store the bucket; not closed
   * @param random for the chain's key, which never leaves this process
   * @param node this process's name in the log
   * @param root the platform's signing key, which vouches for the chain's; null for none
   */
  public AuditLog(
      ObjectStore store,
      Clock clock,
      SecureRandom random,
      String node,
      @Nullable PrivateKey root,
      AuditConfig config) {
    this.config = config;
    this.waiting = new WaitingEvents(clock, node, config);
    this.writer = new ChainWriter(store, clock, random, node, root);
    this.dueNanos = System.nanoTime() + config.witnessInterval().toNanos();
    this.thread = new Thread(this::run, "audit-log");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Reads a root key: Ed25519 in PKCS#8 as PEM, as {@code openssl genpkey -algorithm ed25519} makes
   * it.
   *
   * @throws CorruptAuditException if it is none
   */
  public static PrivateKey rootKey(String pem) {
    return Signing.privateKey(pem);
  }

  /**
   * Puts an event on record soon.
   *
   * @throws AuditUnavailableException if too many events wait, or the log is closed
   */
  public void record(AuditEvent event) {
    waiting.add(event, null);
  }

  /**
   * Puts an event on record, and returns when it is durable.
   *
   * @throws AuditUnavailableException if it is not, or not in time; it may still be written later
   */
  public void require(AuditEvent event) {
    CompletableFuture<AuditRecord> written = new CompletableFuture<>();
    waiting.add(event, written);
    try {
      var unused = written.get(config.waitMax().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AuditUnavailableException("interrupted while the audit log was written", e);
    } catch (TimeoutException e) {
      throw new AuditUnavailableException("the audit log was not written in time", e);
    } catch (ExecutionException e) {
      throw new AuditUnavailableException("the audit log cannot be written", e.getCause());
    }
  }

  /**
   * Whether events get on record, as far as is known: not from a write that failed until one
   * succeeds, and not when closed.
   */
  public boolean isWritable() {
    return !failing && !waiting.isClosed();
  }

  private void run() {
    int failuresWhenClosing = 0;
    try {
      boolean goesOn = true;
      while (goesOn) {
        try {
          goesOn = work();
        } catch (RuntimeException | Error e) {
          requireSurvivable(e);
          // Nothing here takes memory: there may be none even to tell of it.
          LockSupport.parkNanos(config.retryPause().toNanos());
          failuresWhenClosing += waiting.isClosed() ? 1 : 0;
          goesOn = failuresWhenClosing < FAILURES_WHEN_CLOSING_MAX;
        }
      }
    } finally {
      giveUp();
    }
  }

  /** Throws again what says that the JVM itself is broken, as an {@code InternalError} does. */
  private static void requireSurvivable(Throwable failure) {
    if (failure instanceof VirtualMachineError error
        && !(error instanceof OutOfMemoryError)
        && !(error instanceof StackOverflowError)) {
      throw error;
    }
  }

  /** One batch, if there are events; false if there is nothing more to do. */
  private boolean work() {
    if (batch.isEmpty()) {
      waiting.take(batch, dueNanos);
    }
    if (!batch.isEmpty()) {
      if (!isWritten && !write()) {
        return false;
      }
      tellThatItIsWritten();
    } else if (isLast) {
      return false;
    } else if (waiting.isClosed()) {
      isLast = true;
      witness(false);
    }
    if (System.nanoTime() - dueNanos >= 0) {
      witness(true);
      dueNanos = System.nanoTime() + config.witnessInterval().toNanos();
    }
    return true;
  }

  /** Has the next batch say how far all chains have come, and sees to it that there is one. */
  private void witness(boolean ownToo) {
    try {
      if (!writer.hasNews(ownToo)) {
        return;
      }
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "how far the audit log has come cannot be read: {0}", e.toString());
      return;
    }
    waiting.addIfEmpty(AuditEvent.of("node", WITNESS, "", null, Outcome.SUCCEEDED));
  }

  /** Whether it was made for the sake of its batch only. */
  static boolean isWitness(AuditRecord record) {
    return record.event().action().equals(WITNESS);
  }

  /** Writes the batch, however often it takes; false if the log was closed and it still fails. */
  private boolean write() {
    boolean told = false;
    boolean last = false;
    while (true) {
      try {
        writer.write(batch.stream().map(Waiting::record).toList());
        isWritten = true;
        failing = false;
        return true;
      } catch (RuntimeException | Error e) {
        failing = true;
        requireSurvivable(e);
        batch.forEach(each -> each.failed(e));
        if (!told) {
          LOG.log(
              Level.ERROR, "the audit log cannot be written; it is tried again: {0}", e.toString());
          told = true;
        }
        if (last) {
          return false;
        }
        last = !waiting.pause();
      }
    }
  }

  private void tellThatItIsWritten() {
    batch.forEach(Waiting::done);
    batch.clear();
    isWritten = false;
  }

  /** What is left could not be written before the log was closed, or its thread had to end. */
  private void giveUp() {
    waiting.end();
    AuditUnavailableException lost =
        new AuditUnavailableException("the audit log ended before it was written", null);
    int left = waiting.abandon(lost);
    if (!isWritten) {
      batch.forEach(each -> each.failed(lost));
      left += batch.size();
    }
    if (left > 0) {
      LOG.log(Level.ERROR, "the audit log ends without {0} events", left);
    }
  }

  /** Takes no more events, writes those that wait, and ends the thread. */
  @Override
  public void close() {
    waiting.close();
    try {
      thread.join(CLOSING_MAX.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOG.log(Level.ERROR, "the audit log did not finish in time");
    }
  }
}
