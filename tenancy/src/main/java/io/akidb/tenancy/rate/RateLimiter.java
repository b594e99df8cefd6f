package io.akidb.tenancy.rate;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantQuotas;
import io.akidb.tenancy.rate.RateDecision.Scope;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One token bucket a tenant and one an API key: a second's worth of calls at once, filled
 * continuously. Thread-safe.
 *
 * <p>By itself it takes about a microsecond and touches nothing outside this process: of several
 * nodes each grants its share, an equal part of the limit. As long as every node gets as many of a
 * tenant's calls as every other, the limit holds over all of them; a tenant that speaks to one node
 * alone gets one node's share.
 *
 * <p>With {@link SharedBuckets} nodes count together, whichever of them gets the calls: each takes
 * tokens in advance, so that most calls still touch nothing outside this process. While they cannot
 * be reached, shares hold as without them.
 */
public final class RateLimiter {
  /** The most nodes that a limit can be shared by. */
  public static final int NODES_MAX = 256;

  private static final int BUCKETS_MAX = 200_000;
  private static final int DIGEST_BYTES = 16;
  private static final Duration IDLE_MAX = Duration.ofMinutes(5);

  private record Who(TenantId tenant, @Nullable String key) {
    /** Names its bucket on all nodes; of bounded length, and without what the key's name tells. */
    private String bucketName() {
      return key == null ? tenant.value() : tenant.value() + ":" + digest(key);
    }
  }

  /** What a node grants by itself, and together with others. */
  private record Buckets(TokenBucket own, LeasedBucket leased) {}

  private final int nodes;
  private final LongSupplier nanoTime;
  private final @Nullable SharedBuckets shared;
  private final LoadingCache<Who, Buckets> buckets;

  /**
   * Buckets that are all full.
   *
   * @param nodes that share each limit equally, this one included; 1 to {@value #NODES_MAX}
   * @param nanoTime as {@link System#nanoTime}
   */
  public RateLimiter(int nodes, LongSupplier nanoTime) {
    this(nodes, nanoTime, null);
  }

  /**
   * The same, counted with other nodes.
   *
   * @param shared with them; null for shares alone; closed by the caller
   */
  public RateLimiter(int nodes, LongSupplier nanoTime, @Nullable SharedBuckets shared) {
    if (nodes < 1 || nodes > NODES_MAX) {
      throw new IllegalArgumentException("nodes must be 1 to " + NODES_MAX);
    }
    this.nodes = nodes;
    this.nanoTime = nanoTime;
    this.shared = shared;
    // A bucket that is forgotten must be full, as a new one is. The slowest there is, a limit
    // of one call a second shared by 256 nodes, takes 256 seconds.
    this.buckets =
        Caffeine.newBuilder()
            .maximumSize(BUCKETS_MAX)
            .expireAfterAccess(IDLE_MAX)
            .build(
                who ->
                    new Buckets(
                        new TokenBucket(nanoTime.getAsLong()), new LeasedBucket(who.bucketName())));
  }

  /**
   * Counts a call against the key's limit, and if that admits it against the tenant's.
   *
   * @param apiKey names the key; anything that is the same for all calls with it
   * @return what to tell the caller: of the limit that refused, else of the one with fewer calls
   *     left; empty if there is no limit
   */
  public Optional<RateDecision> admit(TenantId tenant, String apiKey, TenantQuotas quotas) {
    RateDecision ofKey =
        take(new Who(tenant, apiKey), Scope.API_KEY, quotas.apiKeyRateLimitPerSecond());
    if (ofKey != null && !ofKey.isAdmitted()) {
      return Optional.of(ofKey);
    }
    RateDecision ofTenant =
        take(new Who(tenant, null), Scope.TENANT, quotas.apiRateLimitPerSecond());
    if (ofKey == null || ofTenant == null) {
      return Optional.ofNullable(ofTenant == null ? ofKey : ofTenant);
    }
    boolean tenantFirst = !ofTenant.isAdmitted() || ofTenant.remaining() <= ofKey.remaining();
    return Optional.of(tenantFirst ? ofTenant : ofKey);
  }

  private @Nullable RateDecision take(Who who, Scope scope, @Nullable Integer limit) {
    if (limit == null) {
      return null;
    }
    Buckets of = buckets.get(who);
    double share = (double) limit / nodes;
    LeasedBucket.Step step = shared == null ? null : shared.take(of.leased(), limit);
    if (step != null) {
      boolean taken = step.outcome() == LeasedBucket.Outcome.TAKEN;
      if (taken) {
        // Should the others be lost, this node's share begins with what it used of it.
        var unused = of.own().take(share, Math.max(1, share), nanoTime.getAsLong());
      }
      return decision(
          taken, scope, limit, step.remaining(), step.nanosToFull(), step.nanosToNext());
    }
    TokenBucket.Take take = of.own().take(share, Math.max(1, share), nanoTime.getAsLong());
    return decision(
        take.taken(), scope, limit, take.remaining(), take.nanosToFull(), take.nanosToNext());
  }

  private static RateDecision decision(
      boolean taken, Scope scope, int limit, long remaining, long toFull, long toNext) {
    return new RateDecision(
        taken,
        scope,
        limit,
        remaining,
        Duration.ofNanos(toFull),
        Duration.ofNanos(taken ? 0 : toNext));
  }

  private static String digest(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
