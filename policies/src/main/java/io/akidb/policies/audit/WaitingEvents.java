package io.akidb.policies.audit;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The events that wait to be written, in the order of their times, a bounded number. Thread-safe;
 * one thread takes them.
 */
final class WaitingEvents {
  private static final Logger LOG = System.getLogger(AuditLog.class.getName());

  private final Clock clock;
  private final String node;
  private final AuditConfig config;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Waiting> queue = new ArrayDeque<>();
  private Instant lastAt = Instant.MIN;
  private int awaited;
  private volatile boolean closed;

  /** An event, since when it waits, and who waits for it. */
  record Waiting(
      AuditRecord record, long sinceNanos, @Nullable CompletableFuture<AuditRecord> written) {

    /** It is on record. */
    void done() {
      if (written != null && !written.complete(record)) {
        LOG.log(Level.DEBUG, "an event whose caller had given up was written after all");
      }
    }

    /** Whoever waits need not wait longer; the event may be written later. */
    void failed(Throwable failure) {
      if (written != null) {
        written.completeExceptionally(failure);
      }
    }
  }

  WaitingEvents(Clock clock, String node, AuditConfig config) {
    this.clock = clock;
    this.node = node;
    this.config = config;
  }

  /**
   * Adds one, and gives it its time.
   *
   * @param written completed when it is on record; null if nobody waits
   * @throws AuditUnavailableException if there are too many, or no more are taken
   */
  void add(AuditEvent event, @Nullable CompletableFuture<AuditRecord> written) {
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

  /** Adds one for which nobody waits, also when closed, unless there are some. */
  void addIfEmpty(AuditEvent event) {
    lock.lock();
    try {
      if (queue.isEmpty()) {
        queue.addLast(new Waiting(stamped(event), System.nanoTime(), null));
      }
    } finally {
      lock.unlock();
    }
  }

  private AuditRecord stamped(AuditEvent event) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    // Within a chain time never goes back, whatever the clock does.
    lastAt = now.isAfter(lastAt) ? now : lastAt;
    return new AuditRecord(lastAt, node, event);
  }

  /**
   * Waits for events and moves a batch of them; none when closed and there are no more, or when it
   * is due to do something else. Lack of memory loses none.
   *
   * @param batch empty
   */
  void take(List<Waiting> batch, long dueNanos) {
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
      while (!queue.isEmpty() && batch.size() < config.batchEventsMax()) {
        Waiting next = queue.getFirst();
        if (!batch.isEmpty()
            && next.record().at().isAfter(batch.get(0).record().at().plus(AuditLog.SPAN_MAX))) {
          break;
        }
        // In this order: what cannot be added stays.
        batch.add(next);
        queue.removeFirst();
        awaited -= next.written() == null ? 0 : 1;
      }
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

  /** Waits before a batch is tried again; false if closed meanwhile or before. */
  boolean pause() {
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

  /** Takes no more events. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** Takes no more events from now on, even where there is no memory to say so. */
  void end() {
    closed = true;
  }

  /**
   * Lets go of all that wait, once no more are taken.
   *
   * @return how many there were
   */
  int abandon(Throwable reason) {
    lock.lock();
    try {
      queue.forEach(each -> each.failed(reason));
      int left = queue.size();
      queue.clear();
      return left;
    } finally {
      lock.unlock();
    }
  }
}
