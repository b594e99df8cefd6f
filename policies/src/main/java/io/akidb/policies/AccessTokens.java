package io.akidb.policies;

import com.github.benmanes.caffeine.cache.Ticker;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.akidb.objectstore.ObjectStore;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.Optional;

/**
 * Our own short-lived tokens: made with an API key, and good for what the key is good for at the
 * moment of use, so that a revoked key takes its tokens with it. JWTs, signed with ES256 and no
 * other algorithm, and with no claim that is not looked at: they are sent with each call, and each
 * byte is looked at, too. Thread-safe.
 */
public final class AccessTokens {
  /** Who issues them. */
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

  /**
   * What a good token says. Its signature is good as long as the key is what it was; all else is
   * asked anew at each call.
   *
   * @param signingKeyId names the key that signed it
   * @param signedBy that key
   * @param keyId of the API key that it was made with
   * @param fingerprint how that of the API key began
   * @param issuedAt by the clock of the node that made it
   * @param expiresAt from when it is refused
   */
  record Verified(
      String signingKeyId,
      ECPublicKey signedBy,
      String keyId,
      String fingerprint,
      Instant issuedAt,
      Instant expiresAt) {}

  /** Native code that is loaded at the first token, so that a start does not wait for it. */
  private static final class Verifiers {
    static final CurveVerifiers FASTEST = CurveVerifiers.fastest();
  }

  private final TokenKeys tokenKeys;
  private final ApiKeys keys;
  private final Clock clock;

  /** Works on the given bucket; does not close it. */
  public AccessTokens(ObjectStore store, ApiKeys keys, Clock clock, SecureRandom random) {
    this(store, keys, clock, random, Ticker.systemTicker());
  }

  AccessTokens(ObjectStore store, ApiKeys keys, Clock clock, SecureRandom random, Ticker ticker) {
    this.tokenKeys = new TokenKeys(store, clock, random, ticker);
    this.keys = keys;
    this.clock = clock;
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
            .issueTime(Date.from(now))
            .expirationTime(Date.from(expiresAt))
            .claim(KEY_ID, keyId)
            .claim(FINGERPRINT, fingerprint.substring(0, FINGERPRINT_LENGTH))
            .build();
    ECKey key = tokenKeys.signing();
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).type(TYPE).keyID(key.getKeyID()).build(),
            claims);
    try {
      token.sign(new ECDSASigner(key));
    } catch (JOSEException e) {
      throw new IllegalStateException("every JDK has ES256", e);
    }
    return new Issued(token.serialize(), expiresAt);
  }

  /** What a token says that one of our keys has signed; empty if it is no such token. */
  Optional<Verified> verify(SignedJWT token) {
    try {
      JWSHeader header = token.getHeader();
      String signingKeyId = header.getKeyID();
      if (!JWSAlgorithm.ES256.equals(header.getAlgorithm())
          || !TYPE.equals(header.getType())
          || signingKeyId == null) {
        return Optional.empty();
      }
      Optional<ECPublicKey> key = tokenKeys.find(signingKeyId);
      if (key.isEmpty() || !token.verify(Verifiers.FASTEST.createJWSVerifier(header, key.get()))) {
        return Optional.empty();
      }
      return verified(signingKeyId, key.get(), token.getJWTClaimsSet());
    } catch (JOSEException | ParseException e) {
      return Optional.empty();
    }
  }

  private static Optional<Verified> verified(
      String signingKeyId, ECPublicKey key, JWTClaimsSet claims) throws ParseException {
    Date expires = claims.getExpirationTime();
    Date issued = claims.getIssueTime();
    String keyId = claims.getStringClaim(KEY_ID);
    String fingerprint = claims.getStringClaim(FINGERPRINT);
    if (!ISSUER.equals(claims.getIssuer())
        || expires == null
        || issued == null
        || keyId == null
        || fingerprint == null
        || fingerprint.length() != FINGERPRINT_LENGTH) {
      return Optional.empty();
    }
    return Optional.of(
        new Verified(
            signingKeyId, key, keyId, fingerprint, issued.toInstant(), expires.toInstant()));
  }

  /** Who sends this token, or empty if nobody may any more: asked at each call. */
  Optional<Principal> authenticate(Verified token) {
    Instant now = clock.instant();
    if (!now.isBefore(token.expiresAt().plus(SKEW))
        || now.isBefore(token.issuedAt().minus(SKEW))
        || tokenKeys.find(token.signingKeyId()).filter(token.signedBy()::equals).isEmpty()) {
      return Optional.empty();
    }
    return keys.principalOf(token.keyId(), token.fingerprint())
        // Made to be short-lived: what it makes is, too.
        .map(principal -> principal.endingBy(token.expiresAt()));
  }
}
