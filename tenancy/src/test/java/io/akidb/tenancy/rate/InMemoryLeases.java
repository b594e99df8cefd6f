package io.akidb.tenancy.rate;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Shared buckets in this process, by a clock that is handed in; they can be cut off. */
final class InMemoryLeases {
  private record Bucket(double tokens, long at) {}

  private final LongSupplier nanoTime;
  private final Map<String, Bucket> buckets = new HashMap<>();
  private boolean isCutOff;
  private boolean isBroken;
  private int exchanges;

  InMemoryLeases(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** One node's connection. */
  LeaseSource connection() {
    return new LeaseSource() {
      @Override
      public void connect() throws IOException {
        requireReached();
      }

      @Override
      public List<Answer> lease(List<Ask> asks) throws IOException {
        requireReached();
        return asks.stream().map(InMemoryLeases.this::answer).toList();
      }

      @Override
      public void close() {}
    };
  }

  private synchronized void requireReached() throws IOException {
    exchanges++;
    if (isBroken) {
      throw new IllegalStateException("broken by the test");
    }
    if (isCutOff) {
      throw new IOException("cut off by the test");
    }
  }

  private synchronized LeaseSource.Answer answer(LeaseSource.Ask ask) {
    long now = nanoTime.getAsLong();
    int limit = ask.limitPerSecond();
    Bucket bucket = buckets.getOrDefault(ask.bucket(), new Bucket(limit, now));
    double tokens = Math.min(limit, bucket.tokens + (now - bucket.at) * (double) limit / 1e9);
    long granted = Math.min(ask.tokens(), (long) tokens);
    tokens -= granted;
    buckets.put(ask.bucket(), new Bucket(tokens, now));
    long micros = tokens < 1 ? (long) Math.ceil((1 - tokens) * 1e6 / limit) : 0;
    return new LeaseSource.Answer(granted, (long) tokens, micros);
  }

  synchronized void cutOff(boolean isCutOff) {
    this.isCutOff = isCutOff;
  }

  synchronized void breakIt(boolean isBroken) {
    this.isBroken = isBroken;
  }

  /** So far, of all nodes. */
  synchronized int exchanges() {
    return exchanges;
  }
}
