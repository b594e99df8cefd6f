package io.akidb.serving.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a node that can be set: by {@code --flag}, else by the environment ({@code
 * AKIDB_...}), else in the file that {@code --config} names (as {@code flag=value}), else by
 * default.
 */
public enum Setting {
  BUCKET(null, "a local directory, or s3://bucket[/prefix]"),
  ENDPOINT(null, "of the S3 service, as http://127.0.0.1:9000"),
  REGION(null, "of the S3 bucket"),
  ACCESS_KEY(null, "of the S3 service"),
  SECRET_KEY(null, "of the S3 service"),
  ADMIN_API_KEY(
      null, "the operator's key; without it one is made at the first start and printed once"),
  MULTI_TENANCY("false", "whether there are more tenants than one; true or false"),
  DEFAULT_TENANT(
      "default",
      "the only tenant without multi-tenancy; with it, whom an operator's call is for by default"),
  RBAC_ENABLED(
      "false", "whether keys of tenants and users count, not the operator's alone; true or false"),
  OIDC_ISSUER(
      null, "the identity provider whose JWTs are believed, as https://idp.example.org/realm"),
  OIDC_AUDIENCE(null, "whom its JWTs must be for (aud)"),
  OIDC_ALGORITHMS("RS256,ES256", "what may have signed them; never none, never HMAC"),
  OIDC_TENANT(null, "the tenant of everybody that it vouches for; otherwise a claim says it"),
  OIDC_TENANT_CLAIM("tenant_id", "the claim with the tenant's id; a dot goes into an object"),
  OIDC_ROLES_CLAIM("roles", "the claim with the names of roles, as a list or with spaces"),
  OIDC_ROLES(
      "admin=admin,editor=editor,viewer=viewer",
      "what those names grant, as their-name=our-role,...; other names grant nothing"),
  OIDC_TOKEN_TYPE(
      null, "what the typ of its JWTs must be, as at+jwt; otherwise that, JWT or none will do"),
  OIDC_ID_TOKENS("false", "whether its ID tokens count, which are meant for a client alone"),
  OIDC_CLOCK_SKEW_SECS("60", "how far its clock may differ, at most 300"),
  OIDC_KEYS_SECS("300", "how long its keys are believed before they are read again"),
  AUDIT_KEY_FILE(
      null, "an Ed25519 private key (PEM) that vouches for this node's part of the audit log"),
  NODE_NAME(null, "this node's name in the audit log; the machine's name by default"),
  HOST("127.0.0.1", "the address to listen on"),
  PORT("8080", "the port to listen on; 0 takes a free one"),
  BODY_BYTES_MAX(
      "33554432", "largest body of a write, in bytes; other bodies may have a sixteenth of it"),
  REQUESTS_IN_FLIGHT_MAX(
      "256",
      "calls handled at once, of one among several tenants three quarters; more are answered 503"),
  CONNECTIONS_MAX("2048", "connections open at once; more wait until one of them ends"),
  METRICS_OPEN("false", "whether anybody who reaches the port may read the metrics"),
  METRICS_KEY(null, "a secret that opens the metrics and nothing else, for whoever scrapes them"),
  AUTH_FAILURES_PER_SECOND(
      "20", "calls of one address without a known key, ten seconds' worth at once; 0 for no limit"),
  STOP_TIMEOUT_SECS("10", "how long a stopping node waits for the calls in flight"),
  CACHE_DIR(null, "where shards are cached; a folder below the system's temporary one by default"),
  CACHE_BYTES("10737418240", "most bytes of cached shards"),
  FRESH_BYTES_MAX(
      "0",
      "most bytes of vectors not yet in an index, over all collections; 0 takes 40 % of the heap;"
          + " with multi-tenancy one tenant has three quarters of it at most"),
  COLLECTIONS_OPEN_MAX("256", "collections held open at once"),
  COLLECTION_IDLE_SECS("900", "after how long an unused collection is closed"),
  FOLLOW_INTERVAL_MS("250", "how often an open collection looks for commits of others"),
  SNAPSHOTS_MAX("8", "generations of the past (as_of) held open at once"),
  COMMIT_WINDOW_MS("2", "how long a write waits for others to share its commit"),
  COMMIT_ROWS_MAX("10000", "most rows of one commit"),
  COMMIT_QUEUE_BYTES_MAX(
      "67108864", "most bytes of writes that wait for a commit, for each collection"),
  COMMIT_TIMEOUT_SECS("30", "how long a write waits for its commit"),
  SEARCH_THREADS(
      "0", "threads that search partitions beside the caller's; 0 takes one for each processor"),
  SEARCH_K_MAX("10000", "largest k"),
  SEARCH_SECS_MAX("30", "how long a search may take; one that takes longer is refused"),
  TENANT_RETENTION_HOURS(
      "720", "how long a deleted tenant can be restored before everything of it is purged"),
  TENANT_METRICS_MAX(
      "50", "tenants with a label of their own in the metrics, the busiest; the rest is 'other'"),
  USAGE_COUNT_SECS("30", "how often the usage of tenants is counted anew from their manifests"),
  RATE_LIMIT_NODES("1", "nodes that share each rate limit equally, this one included"),
  REDIS_URL(
      null,
      "by which nodes hold rate limits together, as redis://:password@host:6379/0, or rediss:// by"
          + " TLS"),
  TENANT_SWEEP_SECS("900", "how often abandoned creations and due purges are looked for"),
  BUILD_COMMAND(
      null,
      "started when a build is asked for, and expected to take pending builds; without it others"
          + " do"),
  BUILD_LOG_DIR(null, "where the build command's output goes; the cache folder by default");

  private final @Nullable String defaultValue;
  private final String help;

  Setting(@Nullable String defaultValue, String help) {
    this.defaultValue = defaultValue;
    this.help = help;
  }

  /** The name of the environment's variable. */
  public String variable() {
    return "AKIDB_" + name();
  }

  /** The name on the command line and in the file, as {@code cache-dir}. */
  public String flag() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What holds when nobody sets it, or null. */
  public @Nullable String defaultValue() {
    return defaultValue;
  }

  /** One line for people. */
  public String help() {
    return help;
  }

  /** Whether it must not stand in a log, nor on a command line that others can list. */
  public boolean isSecret() {
    return this == ACCESS_KEY
        || this == SECRET_KEY
        || this == ADMIN_API_KEY
        || this == METRICS_KEY
        || this == REDIS_URL;
  }

  static Optional<Setting> ofFlag(String flag) {
    return Arrays.stream(values()).filter(s -> s.flag().equals(flag)).findFirst();
  }

  static Optional<Setting> ofVariable(String variable) {
    return Arrays.stream(values()).filter(s -> s.variable().equals(variable)).findFirst();
  }

  static List<String> flags() {
    return Arrays.stream(values()).map(Setting::flag).toList();
  }

  static List<String> variables() {
    return Arrays.stream(values()).map(Setting::variable).toList();
  }
}
