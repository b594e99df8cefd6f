package io.akidb.policies;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.github.benmanes.caffeine.cache.Ticker;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.akidb.objectstore.ObjectStore;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The keys that sign our own tokens: of the curve P-256, whose signatures are a quarter as long as
 * those of RSA and are sent with every call, below {@code akidb/system/token-keys/}, the same for
 * all nodes. A key of another kind, as earlier versions made, is as good as none. One signs for a
 * day, then the next is made by whichever node signs first; a key that can have signed no token
 * that still holds is deleted then. Deleting a key's object ends all of its tokens within a second.
 * Thread-safe.
 */
final class TokenKeys {
  /** How long a key signs. */
  static final Duration SIGNS = Duration.ofDays(1);

  /** How long a key is kept. */
  static final Duration KEPT = Duration.ofDays(2);

  private static final int LOOKED_AT_MAX = 1000;
  private static final int ID_BYTES = 8;
  private static final Pattern ID = Pattern.compile("[0-9a-f]{16}");

  /**
   * As the bucket keeps it.
   *
   * @param keyId names it in a token's header
   * @param jwk with its private part
   * @param createdAt RFC 3339 UTC
   */
  record Stored(
      @JsonProperty("key_id") String keyId,
      @JsonProperty("jwk") String jwk,
      @JsonProperty("created_at") String createdAt) {
    boolean isYoungerThan(Duration age, Instant now) {
      return now.isBefore(Instant.parse(createdAt).plus(age));
    }

    /** Empty if it is of another kind. */
    Optional<ECKey> key() {
      try {
        return JWK.parse(jwk) instanceof ECKey key && key.getCurve().equals(Curve.P_256)
            ? Optional.of(key)
            : Optional.empty();
      } catch (ParseException e) {
        throw new CorruptPolicyException("a token key in the bucket cannot be read");
      }
    }

    Optional<ECPublicKey> publicKey() {
      return key().map(Stored::publicKey);
    }

    private static ECPublicKey publicKey(ECKey key) {
      try {
        return key.toECPublicKey();
      } catch (JOSEException e) {
        throw new CorruptPolicyException("a token key in the bucket cannot be read");
      }
    }

    @Override
    public String toString() {
      return "Stored[keyId=" + keyId + ", createdAt=" + createdAt + "]";
    }
  }

  private final Documents<Stored> documents;
  private final Clock clock;
  private final SecureRandom random;
  // Made into what verifies once, not at each call.
  private final Remembered<String, ECPublicKey> remembered;
  private @Nullable Stored signing;

  TokenKeys(ObjectStore store, Clock clock, SecureRandom random, Ticker ticker) {
    this.documents = new Documents<>(store, "token-keys", Stored.class);
    this.clock = clock;
    this.random = random;
    this.remembered = new Remembered<>(ticker, this::look);
  }

  private Optional<ECPublicKey> look(String keyId) {
    return documents
        .find(null, keyId)
        .filter(stored -> stored.isYoungerThan(KEPT, clock.instant()))
        .flatMap(Stored::publicKey);
  }

  /** The public key of an id, as it was within the last second. */
  Optional<ECPublicKey> find(String keyId) {
    return ID.matcher(keyId).matches() ? remembered.get(keyId) : Optional.empty();
  }

  /** The key to sign with, made if there is none or the last one is too old. */
  synchronized ECKey signing() {
    Instant now = clock.instant();
    Stored current = signing;
    if (current == null || !current.isYoungerThan(SIGNS, now) || find(current.keyId()).isEmpty()) {
      List<Stored> all = documents.list(null, null, LOOKED_AT_MAX).items();
      current =
          all.stream()
              .filter(stored -> stored.isYoungerThan(SIGNS, now))
              .sorted(Comparator.comparing(Stored::createdAt).reversed())
              .filter(stored -> stored.key().isPresent())
              .findFirst()
              .orElseGet(() -> make(all, now));
      signing = current;
    }
    return current.key().orElseThrow();
  }

  private Stored make(List<Stored> old, Instant now) {
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    String keyId = HexFormat.of().formatHex(id);
    try {
      ECKey key = new ECKeyGenerator(Curve.P_256).keyID(keyId).secureRandom(random).generate();
      Stored made = new Stored(keyId, key.toJSONString(), now.toString());
      documents.create(null, keyId, made);
      remembered.forget(keyId);
      old.stream()
          .filter(stored -> !stored.isYoungerThan(KEPT, now))
          .forEach(stored -> documents.delete(null, stored.keyId()));
      return made;
    } catch (JOSEException e) {
      throw new IllegalStateException("every JDK has P-256", e);
    }
  }
}
