package io.akidb.policies;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import com.github.benmanes.caffeine.cache.Ticker;
import io.akidb.objectstore.ListPage;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectNotFoundException;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.TenantId;
import io.akidb.tenancy.TenantNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
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
  /**
   * How long a lookup may be trusted: the bound on how long a revoked key still works on another
   * node.
   */
  static final Duration TRUST = Duration.ofMillis(900);

  private static final String PREFIX = TenantNamespace.SYSTEM_PREFIX + "api-keys/";
  private static final int DESCRIPTOR_BYTES_MAX = 16 << 10;
  private static final int CACHED_KEYS_MAX = 100_000;
  private static final int LISTED_KEYS_MAX = 10_000;
  private static final int SECRET_BYTES = 32;
  private static final int KEY_ID_BYTES = 8;
  private static final String FIXED_ID = "configured";
  private static final int FIXED_LENGTH_MIN = 16;
  private static final Pattern KEY = Pattern.compile("akidb_([0-9a-f]{16})_([A-Za-z0-9_-]{43})");

  private static final JsonMapper JSON = new JsonMapper();

  private final ObjectStore store;
  private final Clock clock;
  private final SecureRandom random;
  private final byte @Nullable [] configuredOperatorHash;
  private final LoadingCache<String, Optional<ApiKeyDescriptor>> lookups;

  /**
   * Works on the given bucket; does not close it.
   *
   * @param configuredOperatorKey an operator's key that stands in this node's configuration rather
   *     than in the bucket; null for none
   * @throws InvalidApiKeyException if {@code configuredOperatorKey} is shorter than 16 characters
   */
  public ApiKeys(
      ObjectStore store, Clock clock, SecureRandom random, @Nullable String configuredOperatorKey) {
    this(store, clock, random, configuredOperatorKey, Ticker.systemTicker());
  }

  ApiKeys(
      ObjectStore store,
      Clock clock,
      SecureRandom random,
      @Nullable String configuredOperatorKey,
      Ticker ticker) {
    if (configuredOperatorKey != null && configuredOperatorKey.length() < FIXED_LENGTH_MIN) {
      throw new InvalidApiKeyException(
          "AKIDB_ADMIN_API_KEY must have at least " + FIXED_LENGTH_MIN + " characters");
    }
    this.store = store;
    this.clock = clock;
    this.random = random;
    this.configuredOperatorHash =
        configuredOperatorKey == null ? null : sha256(configuredOperatorKey);
    this.lookups =
        Caffeine.newBuilder()
            .maximumSize(CACHED_KEYS_MAX)
            .expireAfterWrite(TRUST)
            .ticker(ticker)
            .build(this::load);
  }

  /** Makes a key for a tenant's administrator. */
  public IssuedApiKey issueFor(TenantId tenant) {
    return issue(Role.ADMIN, tenant);
  }

  /** Makes a key for an operator of the platform. */
  public IssuedApiKey issueForOperator() {
    return issue(Role.OPERATOR, null);
  }

  /**
   * Who sends this key, or empty if nobody may. Takes the same time whether a known key's secret is
   * wrong in its first or its last character.
   *
   * @param plaintext as it came in a request; may be hostile
   */
  public Optional<Principal> authenticate(String plaintext) {
    if (configuredOperatorHash != null
        && MessageDigest.isEqual(configuredOperatorHash, sha256(plaintext))) {
      return Optional.of(new Principal("key:" + FIXED_ID, Role.OPERATOR, null));
    }
    Matcher parts = KEY.matcher(plaintext);
    if (!parts.matches()) {
      return Optional.empty();
    }
    byte[] presented = sha256(parts.group(2));
    return lookups
        .get(parts.group(1))
        .filter(
            found ->
                MessageDigest.isEqual(HexFormat.of().parseHex(found.secretSha256()), presented))
        .map(ApiKeyDescriptor::principal);
  }

  /**
   * Revokes a key: at once on this node, within a second on the others.
   *
   * @throws ApiKeyNotFoundException if there is none
   */
  public void revoke(String keyId) {
    if (load(keyId).isEmpty()) {
      throw new ApiKeyNotFoundException("there is no such API key");
    }
    store.delete(PREFIX + keyId + ".json");
    lookups.invalidate(keyId);
  }

  /** Revokes every key of a tenant, at most 10,000 of them. */
  public void revokeAllOf(TenantId tenant) {
    list(tenant).forEach(key -> revoke(key.keyId()));
  }

  /** The keys of a tenant, or the operators' for null; at most 10,000. */
  public List<ApiKeyDescriptor> list(@Nullable TenantId tenant) {
    List<ApiKeyDescriptor> keys = new ArrayList<>();
    String after = null;
    do {
      ListPage page = store.list(PREFIX, after, 1000);
      for (ObjectMetadata object : page.objects()) {
        String name = object.key().substring(PREFIX.length());
        load(name.substring(0, name.length() - ".json".length()))
            .filter(key -> java.util.Objects.equals(key.tenant(), tenant))
            .ifPresent(keys::add);
      }
      after = page.nextStartAfter();
    } while (after != null && keys.size() < LISTED_KEYS_MAX);
    return keys;
  }

  /** Whether any operator can get in: by configuration, or by a key in the bucket. */
  public boolean hasOperator() {
    return configuredOperatorHash != null || !list(null).isEmpty();
  }

  private IssuedApiKey issue(Role role, @Nullable TenantId tenant) {
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
            role,
            HexFormat.of().formatHex(sha256(secretText)),
            clock.instant().toString());
    try {
      store.putIfAbsent(PREFIX + keyId + ".json", JSON.writeValueAsBytes(descriptor));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a key's descriptor is always writable", e);
    }
    lookups.invalidate(keyId);
    return new IssuedApiKey(descriptor, "akidb_" + keyId + "_" + secretText);
  }

  private Optional<ApiKeyDescriptor> load(String keyId) {
    try {
      byte[] bytes = store.get(PREFIX + keyId + ".json", DESCRIPTOR_BYTES_MAX).bytes();
      return Optional.of(JSON.readValue(bytes, ApiKeyDescriptor.class));
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new CorruptApiKeyException("the object of API key " + keyId + " cannot be read");
    }
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
