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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
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
  private static final int ROW_OVERHEAD_BYTES = 100;

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
    Write write = new Write(rows, bytesOf(rows), end);
    if (queuedBytes.addAndGet(write.bytes) > config.queueBytesMax() + write.bytes
        || !enqueue(write)) {
      ended(write);
      throw ServingException.of(
          Reason.OVERLOADED,
          closing
              ? "the collection is being closed; try again"
              : "too many writes wait for their commit");
    }
    try {
      return write.done.get(config.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      if (queue.remove(write)) {
        ended(write);
        throw ServingException.of(
            Reason.OVERLOADED, "the write waited too long for its commit and was not made", e);
      }
      throw unknown(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ServingException failure) {
        throw failure;
      }
      throw new IllegalStateException("a commit failed in an unforeseen way", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown(e);
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

  /** Lets a write wait, for a thread that is there or that is made for it. */
  private boolean enqueue(Write write) {
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
    Thread made = threads.newThread(this::run);
    thread = made;
    try {
      made.start();
    } catch (OutOfMemoryError e) {
      thread = null;
      queue.remove(first);
      ended(first);
      throw e;
    }
  }

  private void run() {
    boolean isDone = false;
    try {
      for (Write first = next(); first != null; first = next()) {
        commitBatch(gather(first));
      }
      isDone = true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (!isDone) {
        failAll(end(), ServingException.of(Reason.OVERLOADED, "the node stops"));
      }
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

  private List<Write> end() {
    lock.lock();
    try {
      closing = true;
      thread = null;
      idle.signalAll();
      List<Write> left = new ArrayList<>();
      queue.drainTo(left);
      return left;
    } finally {
      lock.unlock();
    }
  }

  private List<Write> gather(Write first) throws InterruptedException {
    List<Write> batch = new ArrayList<>();
    batch.add(first);
    try {
      gatherMore(batch);
      return batch;
    } catch (InterruptedException e) {
      failAll(batch, ServingException.of(Reason.OVERLOADED, "the node stops"));
      throw e;
    }
  }

  private void gatherMore(List<Write> batch) throws InterruptedException {
    long rows = batch.getFirst().rows.size();
    long deadline = System.nanoTime() + config.window().toNanos();
    while (rows < config.rowsMax()) {
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

  private void commitBatch(List<Write> batch) {
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
      for (Write write : batch) {
        ended(write);
        write.done.complete(committed);
      }
    } catch (CommitOutcomeUnknownException | OutcomeUnknownException e) {
      metrics.commitFailed();
      failAll(batch, unknown(e));
    } catch (CollectionNotFoundException e) {
      failAll(batch, ServingException.notFound("collection"));
    } catch (CatalogException | ObjectStoreException e) {
      metrics.commitFailed();
      failAll(
          batch,
          ServingException.of(
              Reason.UNAVAILABLE, "the bucket did not take the write; nothing was written", e));
    } catch (ServingException e) {
      failAll(batch, e);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a commit failed in an unforeseen way", e);
      failAll(batch, ServingException.of(Reason.INTERNAL, "the write failed", e));
    } catch (Error e) {
      // This one may be durable by now.
      metrics.commitFailed();
      failAll(batch, unknown(e));
      if (!(e instanceof OutOfMemoryError)) {
        throw e;
      }
      // The next batch may be a smaller one.
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

  private void failAll(List<Write> writes, ServingException failure) {
    for (Write write : writes) {
      ended(write);
      write.done.completeExceptionally(failure);
    }
  }

  private static ServingException unknown(Throwable cause) {
    return ServingException.of(
        Reason.OUTCOME_UNKNOWN,
        "nobody can tell whether the write was made; repeat it: the same rows written twice are"
            + " the same as written once",
        cause);
  }

  private static long bytesOf(List<VectorRecord> rows) {
    long bytes = 0;
    for (VectorRecord row : rows) {
      float[] vector = row.vector();
      byte[] payload = row.payload();
      bytes += ROW_OVERHEAD_BYTES + 2L * row.id().length();
      bytes += (vector == null ? 0 : 4L * vector.length) + (payload == null ? 0 : payload.length);
    }
    return bytes;
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

  private static final class Write {
    private final List<VectorRecord> rows;
    private final long bytes;
    private final Runnable end;
    private final AtomicBoolean isEnded = new AtomicBoolean();
    private final CompletableFuture<Manifest> done = new CompletableFuture<>();

    Write(List<VectorRecord> rows, long bytes, Runnable end) {
      this.rows = rows;
      this.bytes = bytes;
      this.end = end;
    }
  }
}
