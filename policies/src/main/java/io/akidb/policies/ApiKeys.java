package io.akidb.policies;

import com.github.benmanes.caffeine.cache.Ticker;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * API keys of the form {@code akidb_<key id>_<secret>}, one object each under {@code
 * akidb/system/api-keys/}, which holds the secret's hash only. Thread-safe.
 *
 * <p>A lookup is remembered for less than a second, known keys and unknown ones alike, so that a
 * revocation on any node holds on all of them within a second and a flood of wrong keys costs one
 * read each at the most.
 */
public final class ApiKeys {
  /** Of the operator's key that stands in a node's configuration. */
  static final String CONFIGURED_ID = "configured";

  /** Most keys of one tenant, and of the platform's operators. */
  public static final int KEYS_MAX = 5000;

  /** How long a rotated key may go on working beside its successor. */
  public static final Duration OVERLAP_MAX = Duration.ofDays(30);

  private static final int SECRET_BYTES = 32;
  private static final int KEY_ID_BYTES = 8;
  private static final int CONFIGURED_LENGTH_MIN = 16;
  private static final Pattern KEY = Pattern.compile("akidb_([0-9a-f]{16})_([A-Za-z0-9_-]{43})");

  private final KeyRecords records;
  private final KeyAncestry ancestry;
  private final KeyRoom room;
  private final Users users;
  private final Clock clock;
  private final SecureRandom random;
  private final byte @Nullable [] configuredHash;
  private final @Nullable String configuredFingerprint;
  private final Remembered<String, KnownKey> lookups;

  /**
   * Works on the given bucket; does not close it.
   *
   * @param users whose keys they are
   * @param configuredOperatorKey an operator's key that stands in this node's configuration rather
   *     than in the bucket; null for none
   * @throws InvalidApiKeyException if {@code configuredOperatorKey} is shorter than 16 characters
   */
  public ApiKeys(
      ObjectStore store,
      Users users,
      Clock clock,
      SecureRandom random,
      @Nullable String configuredOperatorKey) {
    this(store, users, clock, random, configuredOperatorKey, Ticker.systemTicker());
  }

  ApiKeys(
      ObjectStore store,
      Users users,
      Clock clock,
      SecureRandom random,
      @Nullable String configuredOperatorKey,
      Ticker ticker) {
    if (configuredOperatorKey != null && configuredOperatorKey.length() < CONFIGURED_LENGTH_MIN) {
      throw new InvalidApiKeyException(
          "AKIDB_ADMIN_API_KEY must have at least " + CONFIGURED_LENGTH_MIN + " characters");
    }
    this.records = new KeyRecords(store);
    this.ancestry = new KeyAncestry(records, clock);
    this.room = new KeyRoom(records, users, clock, ticker);
    this.users = users;
    this.clock = clock;
    this.random = random;
    this.configuredHash = configuredOperatorKey == null ? null : sha256(configuredOperatorKey);
    this.configuredFingerprint = configuredHash == null ? null : hex(sha256(hex(configuredHash)));
    this.lookups = new Remembered<>(ticker, id -> records.find(id).map(KnownKey::new));
  }

  /** Makes a key for a tenant's administrator, by the node itself. */
  public IssuedApiKey issueFor(TenantId tenant) {
    return issueFor(tenant, null);
  }

  /**
   * Makes a key for a tenant's administrator, which ends with its maker's.
   *
   * @param maker who asks for it; null for the node
   */
  public IssuedApiKey issueFor(TenantId tenant, @Nullable Principal maker) {
    Instant end = maker == null ? null : maker.expiresAt();
    String expiresAt = end == null ? null : end.toString();
    return issue(tenant, null, List.of(Grant.of(Role.ADMIN)), null, expiresAt, maker);
  }

  /** Makes a key for an operator of the platform. */
  public IssuedApiKey issueForOperator() {
    return issue(null, null, List.of(Grant.of(Role.OPERATOR)), null, null, null);
  }

  /**
   * Makes a key, by the node itself.
   *
   * @throws InvalidPolicyException naming the field that is out of bounds
   * @throws PolicyNotFoundException if the tenant has no such user
   */
  public IssuedApiKey issue(
      @Nullable TenantId tenant,
      @Nullable String userId,
      @Nullable List<Grant> grants,
      @Nullable String name,
      @Nullable String expiresAt) {
    return issue(tenant, userId, grants, name, expiresAt, null);
  }

  /**
   * Makes a key.
   *
   * @param tenant whose; null for an operator's
   * @param userId of whom; null for a key that is nobody's but the tenant's
   * @param grants what it may do; beside a user the user must be granted it, too, and null stands
   *     for all that the user may
   * @param name for people; may be null
   * @param expiresAt RFC 3339 UTC; null for never
   * @param maker who asks for it, noted in it; null for the node
   * @throws InvalidPolicyException naming the field that is out of bounds
   * @throws PolicyNotFoundException if the tenant has no such user
   * @throws io.akidb.tenancy.QuotaExceededException if there are {@link #KEYS_MAX}; more calls than
   *     one at the same time may pass that by as many. Also if too many keys, all still good, were
   *     made one with another
   * @throws PolicyConflictException if the maker's key has just been revoked
   */
  public IssuedApiKey issue(
      @Nullable TenantId tenant,
      @Nullable String userId,
      @Nullable List<Grant> grants,
      @Nullable String name,
      @Nullable String expiresAt,
      @Nullable Principal maker) {
    ApiKeyDescriptor.requirePrintable(name);
    if (userId != null) {
      users.get(tenant, userId);
    }
    room.require(tenant);
    List<String> ancestors = ancestry.ofKeyMadeBy(maker);
    byte[] id = new byte[KEY_ID_BYTES];
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(id);
    random.nextBytes(secret);
    String keyId = HexFormat.of().formatHex(id);
    String secretText = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    ApiKeyDescriptor descriptor =
        new ApiKeyDescriptor(
            keyId,
            tenant,
            userId,
            grants,
            name,
            HexFormat.of().formatHex(sha256(secretText)),
            clock.instant().truncatedTo(ChronoUnit.MILLIS).toString(),
            expiresAt,
            maker == null ? null : maker.id(),
            maker == null ? null : maker.keyId(),
            ancestors);
    records.create(descriptor);
    lookups.forget(keyId);
    return new IssuedApiKey(descriptor, "akidb_" + keyId + "_" + secretText);
  }

  /**
   * Makes sure that a tenant, or the platform, may have one more key; removes ended ones for it.
   *
   * @throws io.akidb.tenancy.QuotaExceededException otherwise
   */
  public void requireRoom(@Nullable TenantId tenant) {
    room.require(tenant);
  }

  /**
   * Who sends this key, or empty if nobody may. Takes the same time whether a known key's secret is
   * wrong in its first or its last character.
   *
   * @param plaintext as it came in a request; may be hostile
   */
  public Optional<Principal> authenticate(String plaintext) {
    if (configuredHash != null && MessageDigest.isEqual(configuredHash, sha256(plaintext))) {
      return Optional.of(configuredOperator());
    }
    Matcher parts = KEY.matcher(plaintext);
    if (!parts.matches()) {
      return Optional.empty();
    }
    byte[] presented = sha256(parts.group(2));
    return lookups
        .get(parts.group(1))
        .filter(found -> found.isOf(presented))
        .flatMap(this::principal);
  }

  private static Principal configuredOperator() {
    return new Principal(
        "key:" + CONFIGURED_ID, null, List.of(Grant.of(Role.OPERATOR)), null, CONFIGURED_ID);
  }

  private Optional<Principal> principal(KnownKey key) {
    return key.principal(users, clock.instant());
  }

  /** Who stands behind a key's id, if the key is good at this moment: for tokens made with it. */
  public Optional<Principal> principalOf(String keyId) {
    if (keyId.equals(CONFIGURED_ID)) {
      return configuredHash == null ? Optional.empty() : Optional.of(configuredOperator());
    }
    return KeyRecords.isId(keyId) ? lookups.get(keyId).flatMap(this::principal) : Optional.empty();
  }

  /**
   * The same for a token made with it: empty also if there is another secret under the id now.
   *
   * @param fingerprint how that of the token's key began
   */
  Optional<Principal> principalOf(String keyId, String fingerprint) {
    if (keyId.equals(CONFIGURED_ID)) {
      return fingerprint(keyId).filter(text -> text.startsWith(fingerprint)).isPresent()
          ? Optional.of(configuredOperator())
          : Optional.empty();
    }
    return KeyRecords.isId(keyId)
        ? lookups
            .get(keyId)
            .filter(known -> known.fingerprint().startsWith(fingerprint))
            .flatMap(this::principal)
        : Optional.empty();
  }

  /** Tells one secret under a key's id from another, without giving it away. */
  Optional<String> fingerprint(String keyId) {
    return keyId.equals(CONFIGURED_ID)
        ? Optional.ofNullable(configuredFingerprint)
        : lookups.get(keyId).map(KnownKey::fingerprint);
  }

  /**
   * A key of a tenant's, or of the operators'.
   *
   * @throws ApiKeyNotFoundException if there is none, also where it is another tenant's
   */
  public ApiKeyDescriptor get(@Nullable TenantId tenant, String keyId) {
    return records.get(tenant, keyId);
  }

  /**
   * Makes a key that may do the same as another, which goes on working for a while; by the node
   * itself.
   */
  public IssuedApiKey rotate(@Nullable TenantId tenant, String keyId, Duration overlap) {
    return rotate(tenant, keyId, get(tenant, keyId).grants(), overlap, null);
  }

  /**
   * Makes a key that may do the same as another, which goes on working for a while.
   *
   * @param grants what it may do in place of the other's, which it must be within: null stands for
   *     all that its user may
   * @param overlap for how long, at most {@link #OVERLAP_MAX}
   * @param maker who asks for it, noted in it; null for the node
   * @throws ApiKeyNotFoundException if the tenant has no such key
   * @throws PolicyConflictException if others change the key all the time
   */
  public IssuedApiKey rotate(
      @Nullable TenantId tenant,
      String keyId,
      @Nullable List<Grant> grants,
      Duration overlap,
      @Nullable Principal maker) {
    ApiKeyDescriptor old = get(tenant, keyId);
    Instant end = clock.instant().truncatedTo(ChronoUnit.MILLIS).plus(overlap);
    String name = old.name() == null ? null : old.name().replaceAll("\\p{Cc}", "");
    IssuedApiKey next = issue(tenant, old.userId(), grants, name, old.expiresAt(), maker);
    try {
      records.update(tenant, keyId, key -> key.expiring(end));
    } finally {
      lookups.forget(keyId);
    }
    return next;
  }

  /**
   * Revokes a key, also one that cannot be read: at once on this node, within a second on the
   * others.
   *
   * @throws ApiKeyNotFoundException if the tenant has no such key
   */
  public void revoke(@Nullable TenantId tenant, String keyId) {
    try {
      get(tenant, keyId);
    } catch (CorruptApiKeyException e) {
      // It is the tenant's own, and good for nothing.
    }
    delete(tenant, keyId);
  }

  /** The same, where it is no error if there is none any more. */
  public void revokeIfThere(@Nullable TenantId tenant, String keyId) {
    if (records.isOf(tenant, keyId)) {
      delete(tenant, keyId);
    }
  }

  private void delete(@Nullable TenantId tenant, String keyId) {
    records.delete(tenant, keyId);
    lookups.forget(keyId);
  }

  /**
   * Keys that were made with a key, or with one of those, and so on, also where one between them
   * was revoked: what whoever holds it may have made for himself. A key that cannot be read is not
   * among them, nor one of another owner.
   *
   * @return in no order, without the key itself
   */
  public List<ApiKeyDescriptor> madeWith(@Nullable TenantId tenant, String keyId) {
    return ancestry.madeWith(tenant, keyId);
  }

  /** Revokes every key of a tenant. */
  public void revokeAllOf(TenantId tenant) {
    List<String> ids;
    do {
      ids = records.ids(tenant, null, KeyRecords.PAGE_LIMIT_MAX).items();
      ids.forEach(keyId -> delete(tenant, keyId));
    } while (!ids.isEmpty());
  }

  /**
   * A page of a tenant's keys, or the operators', by ascending id.
   *
   * @param after a {@linkplain PolicyPage#nextCursor() cursor}; null from the start
   * @param limit 1 to 1,000
   * @throws InvalidPolicyException if the cursor is none
   */
  public PolicyPage<ApiKeyDescriptor> list(
      @Nullable TenantId tenant, @Nullable String after, int limit) {
    if (after != null && !KeyRecords.isId(after)) {
      throw new InvalidPolicyException("?cursor", "is not one that this list gave out");
    }
    return records.list(tenant, after, limit);
  }

  /** Whether any operator can get in: by configuration, or by a key in the bucket. */
  public boolean hasOperator() {
    if (configuredHash != null || hasKeys(null)) {
      return true;
    }
    records.adopt();
    return hasKeys(null);
  }

  // A damaged key is no reason to make another one, and to print it.
  private boolean hasKeys(@Nullable TenantId owner) {
    PolicyPage<ApiKeyDescriptor> page = list(owner, null, KeyRecords.PAGE_LIMIT_MAX);
    return !page.items().isEmpty() || !page.unreadable().isEmpty();
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
