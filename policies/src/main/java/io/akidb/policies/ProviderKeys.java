package io.akidb.policies;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.CachingJWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetSourceWrapper;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.jwk.source.RateLimitedJWKSetSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys at one address, believed for a while, and read again for one that is not known, but at
 * most twice in an interval. Beyond that a key is unknown only if the address could be read last;
 * else nobody can tell, and a good token must not be taken for a wrong one. Thread-safe.
 */
final class ProviderKeys implements JWKSource<SecurityContext> {
  private static final Duration REFRESH_INTERVAL = Duration.ofSeconds(30);
  private static final long REFRESH_TIMEOUT_MS = 5_000;

  /** Knows whether the address could be read when that was tried last. */
  private static final class Reader extends JWKSetSourceWrapper<SecurityContext> {
    private volatile boolean failing;

    Reader(JWKSetSource<SecurityContext> address) {
      super(address);
    }

    @Override
    public JWKSet getJWKSet(
        JWKSetCacheRefreshEvaluator refresh, long now, @Nullable SecurityContext context)
        throws KeySourceException {
      failing = true;
      JWKSet keys = getSource().getJWKSet(refresh, now, context);
      failing = false;
      return keys;
    }
  }

  private final Reader reader;
  private final JWKSetSource<SecurityContext> keys;
  private final LongSupplier nanoTime;
  private final long startNanos;

  /**
   * Reads nothing yet.
   *
   * @param trusted how long keys are believed
   * @param nanoTime as {@link System#nanoTime}
   */
  ProviderKeys(JWKSetSource<SecurityContext> address, Duration trusted, LongSupplier nanoTime) {
    this.reader = new Reader(address);
    this.keys =
        new CachingJWKSetSource<>(
            new RateLimitedJWKSetSource<>(reader, REFRESH_INTERVAL.toMillis(), null),
            trusted.toMillis(),
            REFRESH_TIMEOUT_MS,
            null);
    this.nanoTime = nanoTime;
    this.startNanos = nanoTime.getAsLong();
  }

  /**
   * The keys that fit.
   *
   * @throws KeySourceException if it cannot be told, because the address cannot be read
   */
  @Override
  public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context)
      throws KeySourceException {
    long now = TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - startNanos);
    JWKSet known = keys.getJWKSet(JWKSetCacheRefreshEvaluator.noRefresh(), now, context);
    List<JWK> fitting = selector.select(known);
    if (!fitting.isEmpty()) {
      return fitting;
    }
    try {
      return selector.select(
          keys.getJWKSet(JWKSetCacheRefreshEvaluator.referenceComparison(known), now, context));
    } catch (RateLimitReachedException e) {
      if (reader.failing) {
        throw e;
      }
      return List.of();
    }
  }
}
