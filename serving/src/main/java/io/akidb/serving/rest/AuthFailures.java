package io.akidb.serving.rest;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.akidb.serving.problem.Reason;
import io.akidb.serving.problem.ServingException;
import io.akidb.tenancy.rate.TokenBucket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HexFormat;

/**
 * Bounds how often one address may call without a credential that is known, so that a flood of
 * invented keys costs the bucket nothing. An address that has used up its failures is refused
 * before anything is looked up, except with a credential that was good shortly before. Thread-safe.
 */
final class AuthFailures {
  /** Failures at once, in seconds' worth of them. */
  static final int BURST_SECS = 10;

  private static final int ADDRESSES_MAX = 100_000;
  private static final int CREDENTIALS_MAX = 50_000;
  private static final Duration CREDENTIAL_KEPT = Duration.ofMinutes(15);
  // So that a credential in use costs a look in a table, not a change of it, at each call.
  private static final Duration CREDENTIAL_RENEWED = Duration.ofMinutes(1);
  private static final int NETWORK_BYTES = 8;

  private final int perSecond;
  private final Ticker nanos;
  private final Cache<String, Failing> failing;
  private final Cache<String, Long> good;

  /**
   * Without any failures yet.
   *
   * @param perSecond failures of one address; 0 for no limit
   */
  AuthFailures(int perSecond, Ticker nanos) {
    this.perSecond = perSecond;
    this.nanos = nanos;
    this.failing =
        Caffeine.newBuilder()
            .maximumSize(ADDRESSES_MAX)
            .expireAfterAccess(Duration.ofSeconds(2 * BURST_SECS))
            .ticker(nanos)
            .build();
    this.good =
        Caffeine.newBuilder()
            .maximumSize(CREDENTIALS_MAX)
            .expireAfterWrite(CREDENTIAL_KEPT)
            .ticker(nanos)
            .build();
  }

  /** What is known of an address. */
  private static final class Failing {
    private final TokenBucket bucket;
    private volatile long untilNanos;

    Failing(long now) {
      bucket = new TokenBucket(now);
      untilNanos = now;
    }
  }

  /**
   * Before a credential is looked at.
   *
   * @throws ServingException RATE_LIMITED
   */
  void require(String address, Credential credential) {
    if (perSecond == 0) {
      return;
    }
    Failing known = failing.getIfPresent(network(address));
    if (known == null) {
      return;
    }
    long left = known.untilNanos - nanos.read();
    if (left > 0 && good.getIfPresent(credential.digest()) == null) {
      throw ServingException.retryAfter(
          Reason.RATE_LIMITED,
          "too many calls from your address had no known API key or token; correct the key, and"
              + " wait",
          (int) (1 + Duration.ofNanos(left).toSeconds()));
    }
  }

  /** A credential was none. */
  void failed(String address) {
    if (perSecond == 0) {
      return;
    }
    long now = nanos.read();
    Failing known = failing.get(network(address), key -> new Failing(now));
    TokenBucket.Take take = known.bucket.take(perSecond, (double) perSecond * BURST_SECS, now);
    if (take.remaining() == 0) {
      known.untilNanos = now + take.nanosToNext();
    }
  }

  /** A credential was good. Remembered whatever its address did: failures may come later. */
  void passed(Credential credential) {
    if (perSecond == 0) {
      return;
    }
    String digest = credential.digest();
    long now = nanos.read();
    Long since = good.getIfPresent(digest);
    if (since == null || now - since > CREDENTIAL_RENEWED.toNanos()) {
      good.put(digest, now);
    }
  }

  /** Of IPv6 the network, which is what one subscriber has (RFC 6177). */
  static String network(String address) {
    if (address.indexOf(':') < 0) {
      return address;
    }
    try {
      if (InetAddress.ofLiteral(address) instanceof Inet6Address six) {
        return HexFormat.of().formatHex(six.getAddress(), 0, NETWORK_BYTES);
      }
    } catch (IllegalArgumentException e) {
      // As it is, then.
    }
    return address;
  }
}
