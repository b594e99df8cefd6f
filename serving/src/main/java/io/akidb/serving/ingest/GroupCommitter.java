package io.akidb.serving.ingest;

import io.akidb.catalog.CatalogException;
import io.akidb.catalog.CollectionNotFoundException;
import io.akidb.catalog.CommitOutcomeUnknownException;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.OrderClock;
import io.akidb.catalog.SegmentWriter;
import io.akidb.catalog.StagedSegment;
import io.akidb.catalog.VectorRecord;
import io.akidb.objectstore.ObjectStoreException;
import io.akidb.objectstore.OutcomeUnknownException;
import io.akidb.serving.metrics.NodeMetrics;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One collection's writes by REST. Writes that arrive while a commit is on its way, or within a
 * short window, go out together: one segment, one compare-and-swap (group commit). A caller is
 * answered when its rows are durable in the bucket and searchable on this node. Thread-safe; one
 * thread commits, which is there as long as writes wait, so that a collection that is only read has
 * none. {@link #close} waits for its end.
 */
public final class GroupCommitter implements AutoCloseable {
  private static final Logger LOG = System.getLogger(GroupCommitter.class.getName());
  private static final int QUEUED_WRITES_MAX = 10_000;
  private static final int BATCH_PLACES_MIN = 16;

  private final CommitTarget target;
  private final OrderClock orders;
  private final IngestConfig config;
  private final NodeMetrics metrics;
  private final LinkedBlockingQueue<Write> queue = new LinkedBlockingQueue<>(QUEUED_WRITES_MAX);
  private final AtomicLong queuedBytes = new AtomicLong();
  private final ThreadFactory threads;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private @Nullable Thread thread;
  private volatile boolean closing;

  /**
   * Commits to a collection.
   *
   * @param threads makes the thread that commits
   */
  public GroupCommitter(
      CommitTarget target,
      OrderClock orders,
      IngestConfig config,
      NodeMetrics metrics,
      ThreadFactory threads) {
    this.target = target;
    this.orders = orders;
    this.config = config;
    this.metrics = metrics;
    this.threads = threads;
  }

  /**
   * Commits rows, all or none, and waits for it.
   *
   * @param rows checked ones, whose orders are still to be given; of the same id the last one wins
   * @param end run once when the rows are searchable on this node or will not be by this write,
   *     which may be after its caller was told that it takes too long
   * @return the generation that holds them
   * @throws ServingException OVERLOADED when too much waits already, OUTCOME_UNKNOWN, UNAVAILABLE
   */
  public Manifest commit(List<VectorRecord> rows, Runnable end) {
    Write write = new Write(rows, end);
    enqueue(write);
    try {
      return write.done.get(config.timeout().toMillis(), TimeUnit.MILLISECONDS).get();
    } catch (TimeoutException e) {
      if (queue.remove(write)) {
        ended(write);
        throw ServingException.of(
            Reason.OVERLOADED, "the write waited too long for its commit and was not made", e);
      }
      throw Write.unknown(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a commit failed in an unforeseen way", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Write.unknown(e);
    }
  }

  private void ended(Write write) {
    if (write.isEnded.compareAndSet(false, true)) {
      queuedBytes.addAndGet(-write.bytes);
      write.end.run();
    }
  }

  /** Bytes that wait. */
  public long queuedBytes() {
    return queuedBytes.get();
  }

  private void enqueue(Write write) {
    boolean isQueued = false;
    try {
      isQueued =
          queuedBytes.addAndGet(write.bytes) <= config.queueBytesMax() + write.bytes
              && isQueued(write);
    } finally {
      if (!isQueued) {
        ended(write);
      }
    }
    if (!isQueued) {
      throw ServingException.of(
          Reason.OVERLOADED,
          closing
              ? "the collection is being closed; try again"
              : "too many writes wait for their commit");
    }
  }

  /** Lets a write wait, for a thread that is there or that is made for it. */
  private boolean isQueued(Write write) {
    lock.lock();
    try {
      if (closing || !queue.offer(write)) {
        return false;
      }
      if (thread == null) {
        start(write);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  // Under the lock. What nobody would commit must not wait.
  private void start(Write first) {
    boolean isStarted = false;
    try {
      Thread made = threads.newThread(this::run);
      thread = made;
      made.start();
      isStarted = true;
    } finally {
      if (!isStarted) {
        thread = null;
        queue.remove(first);
      }
    }
  }

  private void run() {
    boolean isDone = false;
    try {
      ArrayList<Write> batch = new ArrayList<>(BATCH_PLACES_MIN);
      while (!isDone) {
        isDone = !isNextCommitted(batch);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (!isDone) {
        end();
      }
    }
  }

  /**
   * Commits the next writes and answers them, whatever happens; without any the thread's work is
   * over.
   *
   * @param batch room for them, empty before and after
   */
  @SuppressWarnings("NonApiType") // To make room in it beforehand.
  private boolean isNextCommitted(ArrayList<Write> batch) throws InterruptedException {
    Supplier<Manifest> outcome = Write.NOT_MADE;
    try {
      Write first = next();
      if (first == null) {
        return false;
      }
      batch.add(first);
      gatherMore(batch);
      outcome = Write.UNKNOWN;
      outcome = commitBatch(batch);
      return true;
    } finally {
      for (int i = 0; i < batch.size(); i++) {
        answer(batch.get(i), outcome);
      }
      batch.clear();
    }
  }

  /** The next write; with null the thread's work is over, and a later write needs another one. */
  private @Nullable Write next() {
    lock.lock();
    try {
      Write write = queue.poll();
      if (write == null) {
        thread = null;
        idle.signalAll();
      }
      return write;
    } finally {
      lock.unlock();
    }
  }

  /** After a failure: refuses what waits; a later write gets another thread. */
  private void end() {
    int left;
    lock.lock();
    try {
      thread = null;
      idle.signalAll();
      left = queue.size();
    } finally {
      lock.unlock();
    }
    for (; left > 0; left--) {
      Write write = queue.poll();
      if (write != null) {
        answer(write, Write.NOT_MADE);
      }
    }
  }

  @SuppressWarnings("NonApiType") // To make room in it beforehand.
  private void gatherMore(ArrayList<Write> batch) throws InterruptedException {
    long rows = batch.getFirst().rows.size();
    long deadline = System.nanoTime() + config.window().toNanos();
    while (rows < config.rowsMax()) {
      // Before a write is taken, so that none is lost for want of memory.
      batch.ensureCapacity(batch.size() + 1);
      Write peeked = queue.peek();
      if (peeked == null) {
        long left = deadline - System.nanoTime();
        peeked = left <= 0 || closing ? null : queue.poll(left, TimeUnit.NANOSECONDS);
        if (peeked == null) {
          break;
        }
      } else if (rows + peeked.rows.size() > config.rowsMax() || !queue.remove(peeked)) {
        break;
      }
      batch.add(peeked);
      rows += peeked.rows.size();
    }
  }

  /** What to tell the writes' callers. */
  private Supplier<Manifest> commitBatch(List<Write> batch) {
    long start = System.nanoTime();
    try {
      long order = orders.next(target.maxOrder());
      List<VectorRecord> rows = new ArrayList<>();
      for (Write write : batch) {
        for (VectorRecord row : write.rows) {
          rows.add(new VectorRecord(row.id(), order, row.vector(), row.payload()));
        }
      }
      Manifest committed = append(rows);
      metrics.commit(batch.size(), rows.size(), System.nanoTime() - start);
      return () -> committed;
    } catch (CommitOutcomeUnknownException | OutcomeUnknownException e) {
      metrics.commitFailed();
      return Write.failed(Write.unknown(e));
    } catch (CollectionNotFoundException e) {
      return Write.failed(ServingException.notFound("collection"));
    } catch (CatalogException | ObjectStoreException e) {
      metrics.commitFailed();
      return Write.failed(
          ServingException.of(
              Reason.UNAVAILABLE, "the bucket did not take the write; nothing was written", e));
    } catch (ServingException e) {
      return Write.failed(e);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a commit failed in an unforeseen way", e);
      return Write.failed(ServingException.of(Reason.INTERNAL, "the write failed", e));
    } catch (Error e) {
      // This one may be durable by now.
      metrics.commitFailed();
      if (!(e instanceof OutOfMemoryError)) {
        throw e;
      }
      // The next batch may be a smaller one.
      return Write.failed(Write.unknown(e));
    }
  }

  private Manifest append(List<VectorRecord> rows) {
    UUID file = UUID.randomUUID();
    StagedSegment staged;
    try (SegmentWriter writer =
        target.collection().newSegment(config.temporaryFolder().resolve(file + ".segment"))) {
      rows.forEach(writer::add);
      staged = writer.finish();
    }
    Manifest committed = target.collection().append(List.of(staged), null, 0);
    try {
      target.applyCommitted(committed, Map.of(staged.id(), rows));
    } catch (RuntimeException e) {
      // It is durable, which is what was promised; the node follows the manifest and will find it
      // there.
      LOG.log(Level.WARNING, "a commit is durable, but not searchable on this node yet", e);
    }
    return committed;
  }

  private void answer(Write write, Supplier<Manifest> outcome) {
    try {
      ended(write);
    } catch (OutOfMemoryError _) {
      // Its caller is told all the same, and so are those of the writes behind it.
    } finally {
      write.done.complete(outcome);
    }
  }

  /** Takes no more, and waits for what waits to be committed, as long as a write may wait. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      long left = config.timeout().toNanos();
      while (thread != null && left > 0) {
        left = idle.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      Thread late = thread;
      lock.unlock();
      if (late != null) {
        late.interrupt();
      }
    }
  }
}
