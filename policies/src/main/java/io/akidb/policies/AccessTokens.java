package io.akidb.policies;

import com.github.benmanes.caffeine.cache.Ticker;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.akidb.objectstore.ObjectStore;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Our own short-lived tokens: made with an API key, and good for what the key is good for at the
 * moment of use, so that a revoked key takes its tokens with it. JWTs, signed with RS256 and no
 * other algorithm. Thread-safe.
 */
public final class AccessTokens {
  /** Who issues them, and whom they are for. */
  static final String ISSUER = "akidb";

  /** The longest that a token may hold. */
  public static final Duration LIFETIME_MAX = Duration.ofHours(1);

  // Clocks of nodes differ.
  private static final Duration SKEW = Duration.ofSeconds(30);
  private static final JOSEObjectType TYPE = new JOSEObjectType("akidb+jwt");
  private static final String KEY_ID = "akidb_key";
  private static final String FINGERPRINT = "akidb_fp";
  private static final int FINGERPRINT_LENGTH = 16;

  /**
   * A new token.
   *
   * @param text as it is sent
   * @param expiresAt from when it is refused
   */
  public record Issued(String text, Instant expiresAt) {
    @Override
    public String toString() {
      return "Issued[expiresAt=" + expiresAt + "]";
    }
  }

  private final TokenKeys tokenKeys;
  private final ApiKeys keys;
  private final Clock clock;
  private final VerifiedSignatures signatures;

  /** Works on the given bucket; does not close it. */
  public AccessTokens(ObjectStore store, ApiKeys keys, Clock clock, SecureRandom random) {
    this(store, keys, clock, random, Ticker.systemTicker());
  }

  AccessTokens(ObjectStore store, ApiKeys keys, Clock clock, SecureRandom random, Ticker ticker) {
    this.tokenKeys = new TokenKeys(store, clock, random, ticker);
    this.keys = keys;
    this.clock = clock;
    this.signatures = new VerifiedSignatures(new DefaultJWSVerifierFactory());
  }

  /**
   * Makes a token for whoever showed an API key.
   *
   * @param lifetime at most {@link #LIFETIME_MAX}
   * @throws InvalidPolicyException if the lifetime is out of bounds, or the principal has no key
   */
  public Issued issue(Principal principal, Duration lifetime) {
    if (lifetime.isNegative() || lifetime.isZero() || lifetime.compareTo(LIFETIME_MAX) > 0) {
      throw new InvalidPolicyException("lifetime_secs", "must be 1 to " + LIFETIME_MAX.toSeconds());
    }
    String keyId = principal.keyId();
    String fingerprint = keyId == null ? null : keys.fingerprint(keyId).orElse(null);
    if (keyId == null || fingerprint == null) {
      throw new InvalidPolicyException("key", "is needed; a token makes no token");
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant expiresAt = now.plus(lifetime);
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .issuer(ISSUER)
            .audience(ISSUER)
            .subject(principal.id())
            .jwtID(UUID.randomUUID().toString())
            .issueTime(Date.from(now))
            .expirationTime(Date.from(expiresAt))
            .claim(KEY_ID, keyId)
            .claim(FINGERPRINT, fingerprint.substring(0, FINGERPRINT_LENGTH))
            .build();
    RSAKey key = tokenKeys.signing();
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256).type(TYPE).keyID(key.getKeyID()).build(),
            claims);
    try {
      token.sign(new RSASSASigner(key));
    } catch (JOSEException e) {
      throw new IllegalStateException("every JDK has RS256", e);
    }
    return new Issued(token.serialize(), expiresAt);
  }

  /** Who sends this token, or empty if nobody may. */
  Optional<Principal> authenticate(SignedJWT token) {
    try {
      JWSHeader header = token.getHeader();
      String keyId = header.getKeyID();
      if (!JWSAlgorithm.RS256.equals(header.getAlgorithm())
          || !TYPE.equals(header.getType())
          || keyId == null) {
        return Optional.empty();
      }
      Optional<RSAPublicKey> key = tokenKeys.find(keyId);
      if (key.isEmpty() || !token.verify(signatures.createJWSVerifier(header, key.get()))) {
        return Optional.empty();
      }
      return principal(token.getJWTClaimsSet());
    } catch (JOSEException | ParseException e) {
      return Optional.empty();
    }
  }

  private Optional<Principal> principal(JWTClaimsSet claims) throws ParseException {
    Instant now = clock.instant();
    Date expires = claims.getExpirationTime();
    Date issued = claims.getIssueTime();
    String keyId = claims.getStringClaim(KEY_ID);
    String fingerprint = claims.getStringClaim(FINGERPRINT);
    if (!ISSUER.equals(claims.getIssuer())
        || !claims.getAudience().equals(List.of(ISSUER))
        || expires == null
        || issued == null
        || !now.isBefore(expires.toInstant().plus(SKEW))
        || now.isBefore(issued.toInstant().minus(SKEW))
        || keyId == null
        || fingerprint == null) {
      return Optional.empty();
    }
    return keys.principalOf(keyId)
        .filter(
            principal ->
                keys.fingerprint(keyId)
                    .filter(current -> current.substring(0, FINGERPRINT_LENGTH).equals(fingerprint))
                    .isPresent())
        // Made to be short-lived: what it makes is, too.
        .map(principal -> principal.endingBy(expires.toInstant()));
  }
}
