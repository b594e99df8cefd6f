package io.akidb.tenancy.rate;

import io.akidb.tenancy.rate.LeaseSource.Answer;
import io.akidb.tenancy.rate.LeaseSource.Ask;
import io.akidb.tenancy.rate.LeasedBucket.Outcome;
import io.akidb.tenancy.rate.LeasedBucket.Round;
import io.akidb.tenancy.rate.LeasedBucket.Step;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Buckets that nodes count together, and the one thread that takes leases for all of them, many in
 * one exchange. While what they are counted in cannot be reached, {@link #take} says so at once; it
 * is tried again every half second. {@link #close} ends the thread. Thread-safe.
 */
public final class SharedBuckets implements AutoCloseable {
  private static final Logger LOG = System.getLogger(SharedBuckets.class.getName());
  private static final Duration REDIS_TIMEOUT = Duration.ofMillis(250);
  private static final Duration WAIT_MAX = Duration.ofMillis(50);
  private static final Duration RETRY_INTERVAL = Duration.ofMillis(500);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(2);
  private static final int ASKS_QUEUED_MAX = 8_192;
  private static final int ASKS_IN_EXCHANGE_MAX = 256;
  private static final int ROUNDS_MAX = 8;

  private final LeaseSource source;
  private final LongSupplier nanoTime;
  private final long waitNanos;
  private final long retryMillis;
  private final BlockingQueue<LeasedBucket> queue = new ArrayBlockingQueue<>(ASKS_QUEUED_MAX);
  private final AtomicLong losses = new AtomicLong();
  private final Thread thread;
  private volatile boolean isShared;
  private volatile boolean isClosed;

  /**
   * In Redis, which may forget all of them at any time: a bucket that it does not know is full.
   *
   * @param url as {@code redis://[user:password@]host:port[/database]}, or {@code rediss://} by TLS
   * @param nanoTime as {@link System#nanoTime}
   * @throws IllegalArgumentException if the URL is none; that nobody answers there is no error
   */
  public static SharedBuckets onRedis(URI url, LongSupplier nanoTime) {
    return new SharedBuckets(
        new RedisLeaseSource(url, REDIS_TIMEOUT), nanoTime, WAIT_MAX, RETRY_INTERVAL);
  }

  /**
   * A URL that {@link #onRedis} takes.
   *
   * @throws IllegalArgumentException if the text is none; does not show it, it may hold a password
   */
  public static URI redisUrl(String text) {
    try {
      URI url = new URI(text);
      new RedisLeaseSource(url, REDIS_TIMEOUT).close();
      return url;
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(RedisLeaseSource.URL_FORM);
    }
  }

  /**
   * Connects, if that succeeds at once.
   *
   * @param source closed by {@link #close}
   * @param waitMax how long one call waits for tokens at most
   * @param retryInterval between two attempts to connect
   */
  SharedBuckets(
      LeaseSource source, LongSupplier nanoTime, Duration waitMax, Duration retryInterval) {
    this.source = source;
    this.nanoTime = nanoTime;
    this.waitNanos = waitMax.toNanos();
    this.retryMillis = retryInterval.toMillis();
    connect(true);
    this.thread = new Thread(this::run, "rate-leases");
    thread.setDaemon(true);
    thread.start();
  }

  /** Whether limits are held together now, rather than each node its share. */
  public boolean isShared() {
    return isShared;
  }

  /** How often that was lost since the start, counting a start without. */
  public long losses() {
    return losses.get();
  }

  /**
   * Takes a token. Waits only if this node has none and does not know that there is none, and then
   * for a bounded time.
   *
   * @return null if the bucket cannot be asked
   */
  @Nullable Step take(LeasedBucket bucket, int perSecond) {
    long started = nanoTime.getAsLong();
    long now = started;
    for (int i = 0; isShared && i < ROUNDS_MAX; i++) {
      Step step = bucket.take(perSecond, now);
      if (step.isLow()) {
        ask(bucket, bucket.round());
      }
      if (step.outcome() != Outcome.UNKNOWN) {
        return step;
      }
      bucket.startWaiting();
      try {
        Round round = bucket.round();
        ask(bucket, round);
        if (!await(round, waitNanos - (now - started))) {
          return null;
        }
      } finally {
        bucket.stopWaiting();
      }
      now = nanoTime.getAsLong();
    }
    return null;
  }

  private static boolean await(Round round, long nanos) {
    try {
      return round.answer().get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    }
  }

  private void ask(LeasedBucket bucket, Round round) {
    if (round.isNew() && (isClosed || !queue.offer(bucket))) {
      bucket.failed();
    }
  }

  private void run() {
    List<LeasedBucket> next = new ArrayList<>();
    while (!isClosed) {
      try {
        LeasedBucket first = queue.poll(retryMillis, TimeUnit.MILLISECONDS);
        if (isShared && first != null) {
          next.add(first);
          queue.drainTo(next, ASKS_IN_EXCHANGE_MAX - 1);
          exchange(next);
        } else if (!isShared) {
          // Calls that saw the connection alive a moment ago may still come to the queue.
          if (first != null) {
            first.failed();
          } else {
            connect(false);
          }
        }
      } catch (InterruptedException e) {
        break; // only by close
      }
      next.clear();
    }
    isShared = false;
    failQueued();
    source.close();
  }

  private void exchange(List<LeasedBucket> buckets) {
    try {
      List<Ask> asks = new ArrayList<>(buckets.size());
      long now = nanoTime.getAsLong();
      buckets.forEach(bucket -> asks.add(bucket.ask(now)));
      List<Answer> answers = source.lease(asks);
      long then = nanoTime.getAsLong();
      for (int i = 0; i < answers.size(); i++) {
        buckets.get(i).answered(answers.get(i), then);
      }
    } catch (IOException | RuntimeException e) {
      // Whatever it is: the thread has to live, or calls would wait for it for ever.
      lost(e);
      buckets.forEach(LeasedBucket::failed);
      failQueued();
    }
  }

  private void failQueued() {
    for (LeasedBucket left = queue.poll(); left != null; left = queue.poll()) {
      left.failed();
    }
  }

  private void connect(boolean isFirst) {
    try {
      source.connect();
      isShared = true;
      LOG.log(
          Level.INFO, isFirst ? "rate limits are shared" : "rate limits are shared again by nodes");
    } catch (IOException e) {
      if (isFirst) {
        lost(e);
      }
    }
  }

  private void lost(Exception e) {
    isShared = false;
    losses.incrementAndGet();
    LOG.log(
        Level.WARNING,
        "rate limits are not shared: each node grants its share until Redis answers again: {0}",
        e.getMessage());
  }

  @Override
  public void close() {
    isClosed = true;
    thread.interrupt();
    try {
      thread.join(CLOSE_MAX.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
