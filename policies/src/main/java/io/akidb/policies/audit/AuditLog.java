package io.akidb.policies.audit;

import io.akidb.objectstore.ObjectStore;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
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
 */
public final class AuditLog implements AutoCloseable {
  private static final Logger LOG = System.getLogger(AuditLog.class.getName());

  /** Longest time between the first and the last event of a batch; queries rely on it. */
  static final Duration SPAN_MAX = Duration.ofMinutes(1);

  private static final Duration CLOSING_MAX = Duration.ofSeconds(15);
  private static final String WITNESS = "audit.witness";

  private final Clock clock;
  private final String node;
  private final AuditConfig config;
  private final ChainWriter writer;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Waiting> queue = new ArrayDeque<>();
  private Instant lastAt = Instant.MIN;
  private int awaited;
  private boolean closed;

  private record Waiting(
      AuditRecord record, long sinceNanos, @Nullable CompletableFuture<AuditRecord> written) {}

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
    this.clock = clock;
    this.node = node;
    this.config = config;
    this.writer = new ChainWriter(store, clock, random, node, root);
    this.thread = new Thread(this::work, "audit-log");
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
    enqueue(event, null);
  }

  /**
   * Puts an event on record, and returns when it is durable.
   *
   * @throws AuditUnavailableException if it is not, or not in time; it may still be written later
   */
  public void require(AuditEvent event) {
    CompletableFuture<AuditRecord> written = new CompletableFuture<>();
    enqueue(event, written);
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

  private void enqueue(AuditEvent event, @Nullable CompletableFuture<AuditRecord> written) {
    lock.lock();
    try {
      if (closed) {
        throw new AuditUnavailableException("the audit log is closed", null);
      }
      if (queue.size() >= config.queueMax()) {
        throw new AuditUnavailableException("too many events wait for the audit log", null);
      }
      queue.addLast(new Waiting(stamped(event), System.nanoTime(), written));
      awaited += written == null ? 0 : 1;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Gives an event its time, under the lock. */
  private AuditRecord stamped(AuditEvent event) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    // Within a chain time never goes back, whatever the clock does.
    lastAt = now.isAfter(lastAt) ? now : lastAt;
    return new AuditRecord(lastAt, node, event);
  }

  private void work() {
    long dueNanos = System.nanoTime() + config.witnessInterval().toNanos();
    boolean last = false;
    while (true) {
      List<Waiting> batch = take(dueNanos);
      if (!batch.isEmpty()) {
        if (!write(batch)) {
          break;
        }
      } else if (last) {
        break;
      } else if (isClosed()) {
        last = true;
        witness(false);
      }
      if (System.nanoTime() - dueNanos >= 0) {
        witness(true);
        dueNanos = System.nanoTime() + config.witnessInterval().toNanos();
      }
    }
    giveUp();
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
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
    lock.lock();
    try {
      if (queue.isEmpty()) {
        AuditEvent event = AuditEvent.of("node", WITNESS, "", null, Outcome.SUCCEEDED);
        queue.addLast(new Waiting(stamped(event), System.nanoTime(), null));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether it was made for the sake of its batch only. */
  static boolean isWitness(AuditRecord record) {
    return record.event().action().equals(WITNESS);
  }

  /** What is left could not be written before the log was closed. */
  private void giveUp() {
    lock.lock();
    try {
      closed = true;
      AuditUnavailableException lost =
          new AuditUnavailableException("the audit log was closed before it was written", null);
      queue.forEach(each -> complete(each, lost));
      if (!queue.isEmpty()) {
        LOG.log(Level.ERROR, "closing with {0} more events not in the audit log", queue.size());
      }
      queue.clear();
    } finally {
      lock.unlock();
    }
  }

  /** The next batch, or none when the log is closed and all is written, or it is due to witness. */
  private List<Waiting> take(long dueNanos) {
    lock.lock();
    try {
      long left = dueNanos - System.nanoTime();
      while (queue.isEmpty() && !closed && left > 0) {
        try {
          left = changed.awaitNanos(left);
        } catch (InterruptedException e) {
          // Nobody but close has to hurry this thread.
          left = dueNanos - System.nanoTime();
        }
      }
      linger();
      List<Waiting> batch = new ArrayList<>();
      while (!queue.isEmpty() && batch.size() < config.batchEventsMax()) {
        Waiting next = queue.getFirst();
        if (!batch.isEmpty()
            && next.record().at().isAfter(batch.get(0).record().at().plus(SPAN_MAX))) {
          break;
        }
        batch.add(queue.removeFirst());
        awaited -= next.written() == null ? 0 : 1;
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  /** Waits, under the lock, for more events, unless somebody waits for those that are there. */
  private void linger() {
    if (queue.isEmpty()) {
      return;
    }
    long age = System.nanoTime() - queue.getFirst().sinceNanos();
    long left = config.linger().toNanos() - age;
    while (!closed && awaited == 0 && queue.size() < config.batchEventsMax() && left > 0) {
      try {
        left = changed.awaitNanos(left);
      } catch (InterruptedException e) {
        // Nobody but close has to hurry this thread.
        left = 0;
      }
    }
  }

  /** Writes a batch, however often it takes; false if the log was closed and it still fails. */
  private boolean write(List<Waiting> batch) {
    List<AuditRecord> records = batch.stream().map(Waiting::record).toList();
    boolean told = false;
    boolean last = false;
    while (true) {
      try {
        writer.write(records);
        batch.forEach(each -> complete(each, null));
        return true;
      } catch (RuntimeException e) {
        batch.forEach(each -> complete(each, e));
        if (!told) {
          LOG.log(
              Level.ERROR, "the audit log cannot be written; it is tried again: {0}", e.toString());
          told = true;
        }
        if (last) {
          LOG.log(Level.ERROR, "closing with {0} events not in the audit log", records.size());
          return false;
        }
        last = !pauseBeforeRetry();
      }
    }
  }

  private static void complete(Waiting waiting, @Nullable RuntimeException failure) {
    CompletableFuture<AuditRecord> written = waiting.written();
    if (written != null) {
      boolean first =
          failure == null
              ? written.complete(waiting.record())
              : written.completeExceptionally(failure);
      if (!first && failure == null) {
        LOG.log(Level.DEBUG, "an event whose caller had given up was written after all");
      }
    }
  }

  /** False if the log is being closed: then the next try is the last. */
  private boolean pauseBeforeRetry() {
    lock.lock();
    try {
      long left = config.retryPause().toNanos();
      while (!closed && left > 0) {
        try {
          left = changed.awaitNanos(left);
        } catch (InterruptedException e) {
          left = 0;
        }
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more events, writes those that wait, and ends the thread. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
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
