package io.akidb.policies;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.LoadingCache;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * Look-ups of the bucket, found and missing ones alike, trusted for less than a second from the
 * moment at which the look-up began: so a change on any node holds on all of them within a second,
 * however long the bucket took to answer. Bounded; thread-safe.
 */
final class Remembered<K, V> {
  /** How long a look-up may be trusted. */
  static final Duration TRUST = Duration.ofMillis(900);

  private static final int ENTRIES_MAX = 100_000;

  private record Seen<V>(Optional<V> value, long lookedUpAt) {}

  private static final class SinceLookUp<K, V> implements Expiry<K, Seen<V>> {
    @Override
    public long expireAfterCreate(K key, Seen<V> seen, long now) {
      return Math.max(0, TRUST.toNanos() - (now - seen.lookedUpAt()));
    }

    @Override
    public long expireAfterUpdate(K key, Seen<V> seen, long now, long left) {
      return expireAfterCreate(key, seen, now);
    }

    @Override
    public long expireAfterRead(K key, Seen<V> seen, long now, long left) {
      return left;
    }
  }

  private final LoadingCache<K, Seen<V>> cache;

  Remembered(Ticker ticker, Function<K, Optional<V>> look) {
    this.cache =
        Caffeine.newBuilder()
            .maximumSize(ENTRIES_MAX)
            .ticker(ticker)
            .expireAfter(new SinceLookUp<K, V>())
            .build(
                key -> {
                  long lookedUpAt = ticker.read();
                  return new Seen<>(look.apply(key), lookedUpAt);
                });
  }

  Optional<V> get(K key) {
    return cache.get(key).value();
  }

  /** After a change on this node. */
  void forget(K key) {
    cache.invalidate(key);
  }
}
