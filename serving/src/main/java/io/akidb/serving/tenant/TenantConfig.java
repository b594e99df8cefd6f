package io.akidb.serving.tenant;

import io.akidb.serving.config.InvalidSettingException;
import io.akidb.serving.config.Setting;
import io.akidb.serving.config.Settings;
import io.akidb.tenancy.LifecycleConfig;
import io.akidb.tenancy.rate.RateLimiter;
import io.akidb.tenancy.rate.SharedBuckets;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the node treats its tenants.
 *
 * @param modes what the installation has opted into
 * @param lifecycle how long what passes by itself takes
 * @param sweepInterval between looks for what a crash or a purge date left to do
 * @param countInterval between counts of what tenants use
 * @param rateLimitNodes nodes that share each rate limit
 * @param redis by which nodes hold rate limits together; null for shares alone
 * @param metricsMax tenants with a label of their own in the metrics
 */
public record TenantConfig(
    Modes modes,
    LifecycleConfig lifecycle,
    Duration sweepInterval,
    Duration countInterval,
    int rateLimitNodes,
    @Nullable URI redis,
    int metricsMax) {
  private static final int RETENTION_HOURS_MAX = 24 * 3650;
  private static final int INTERVAL_SECS_MAX = 86_400;
  private static final int METRICS_MAX_MAX = 10_000;

  /** Reads the settings. */
  public static TenantConfig of(Settings settings) {
    return new TenantConfig(
        Modes.of(settings),
        new LifecycleConfig(
            Duration.ofHours(
                settings.number(Setting.TENANT_RETENTION_HOURS, 0, RETENTION_HOURS_MAX)),
            LifecycleConfig.DEFAULT.creationGrace(),
            LifecycleConfig.DEFAULT.lateWrites()),
        Duration.ofSeconds(settings.number(Setting.TENANT_SWEEP_SECS, 1, INTERVAL_SECS_MAX)),
        Duration.ofSeconds(settings.number(Setting.USAGE_COUNT_SECS, 1, INTERVAL_SECS_MAX)),
        (int) settings.number(Setting.RATE_LIMIT_NODES, 1, RateLimiter.NODES_MAX),
        redis(settings),
        (int) settings.number(Setting.TENANT_METRICS_MAX, 0, METRICS_MAX_MAX));
  }

  private static @Nullable URI redis(Settings settings) {
    try {
      return settings.text(Setting.REDIS_URL).map(SharedBuckets::redisUrl).orElse(null);
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingException(Setting.REDIS_URL.flag() + " " + e.getMessage());
    }
  }
}
