package io.akidb.tenancy.rate;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.JedisURIHelper;

/**
 * Token buckets in Redis: a string each, {@code "tokens micros"}, which one script fills by Redis's
 * own clock and takes from. A bucket that would be full has no string: whatever Redis forgets is
 * full. One connection, one round trip for all asks.
 */
final class RedisLeaseSource implements LeaseSource {
  static final String URL_FORM =
      "must be redis://[user:password@]host:port[/database], or rediss:// for TLS";

  private static final String KEY_PREFIX = "akidb:rate:";

  private static final String SCRIPT =
      """
      local time = redis.call('TIME')
      local now = time[1] * 1000000 + time[2]
      local limit = tonumber(ARGV[1])
      local tokens = limit
      local saved = redis.call('GET', KEYS[1])
      if saved then
        local space = string.find(saved, ' ', 1, true)
        local since = math.max(0, now - tonumber(string.sub(saved, space + 1)))
        tokens = tonumber(string.sub(saved, 1, space - 1)) + since * limit / 1000000
        tokens = math.min(limit, tokens)
      end
      local granted = math.min(tonumber(ARGV[2]), math.floor(tokens))
      if granted > 0 then
        tokens = tokens - granted
        local full = math.ceil((limit - tokens) * 1000 / limit) + 1
        redis.call('SET', KEYS[1], string.format('%.6f %.0f', tokens, now), 'PX', full)
      end
      local next = 0
      if tokens < 1 then
        next = math.ceil((1 - tokens) * 1000000 / limit)
      end
      return {granted, math.floor(tokens), next}
      """;

  private final URI url;
  private final int timeoutMillis;
  private @Nullable Jedis redis;
  private @Nullable String script;

  /**
   * Connects to nothing yet.
   *
   * @param url as {@code redis://[user:password@]host:port[/database]}, or {@code rediss://} by TLS
   * @param timeout of a connection, and of an answer
   * @throws IllegalArgumentException if it is none
   */
  RedisLeaseSource(URI url, Duration timeout) {
    boolean isRedis = JedisURIHelper.isRedisScheme(url) || JedisURIHelper.isRedisSSLScheme(url);
    if (!isRedis || !JedisURIHelper.isValid(url)) {
      // Without the URL, which may hold a password.
      throw new IllegalArgumentException(URL_FORM);
    }
    this.url = url;
    this.timeoutMillis = (int) timeout.toMillis();
  }

  @Override
  public void connect() throws IOException {
    close();
    DefaultJedisClientConfig.Builder config =
        DefaultJedisClientConfig.builder()
            .connectionTimeoutMillis(timeoutMillis)
            .socketTimeoutMillis(timeoutMillis)
            .user(JedisURIHelper.getUser(url))
            .password(JedisURIHelper.getPassword(url))
            .database(JedisURIHelper.getDBIndex(url))
            .resp2()
            .clientSetInfoConfig(ClientSetInfoConfig.DISABLED);
    if (JedisURIHelper.isRedisSSLScheme(url)) {
      // By default host names would not be checked.
      config.sslOptions(SslOptions.builder().sslVerifyMode(SslVerifyMode.FULL).build());
    }
    try {
      Jedis opened = new Jedis(JedisURIHelper.getHostAndPort(url), config.build());
      redis = opened;
      script = opened.scriptLoad(SCRIPT);
    } catch (JedisException e) {
      close();
      throw new IOException(reason(e), e);
    }
  }

  @Override
  public List<Answer> lease(List<Ask> asks) throws IOException {
    Jedis connected = redis;
    String loaded = script;
    if (connected == null || loaded == null) {
      throw new IOException("not connected");
    }
    try {
      Pipeline pipeline = connected.pipelined();
      List<Response<Object>> responses = new ArrayList<>(asks.size());
      for (Ask ask : asks) {
        responses.add(
            pipeline.evalsha(
                loaded,
                1,
                KEY_PREFIX + ask.bucket(),
                Integer.toString(ask.limitPerSecond()),
                Long.toString(ask.tokens())));
      }
      pipeline.sync();
      return responses.stream().map(response -> answer(response.get())).toList();
    } catch (JedisException e) {
      close();
      throw new IOException(reason(e), e);
    }
  }

  private static Answer answer(Object response) {
    List<?> numbers = (List<?>) response;
    return new Answer((Long) numbers.get(0), (Long) numbers.get(1), (Long) numbers.get(2));
  }

  /** The innermost, which is the one that tells people something. */
  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  @Override
  public void close() {
    Jedis opened = redis;
    redis = null;
    if (opened != null) {
      try {
        opened.close();
      } catch (JedisException e) {
        // It is gone already.
      }
    }
  }
}
