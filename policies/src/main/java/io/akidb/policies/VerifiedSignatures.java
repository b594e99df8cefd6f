package io.akidb.policies;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.jca.JCAContext;
import com.nimbusds.jose.proc.JWSVerifierFactory;
import com.nimbusds.jose.util.Base64URL;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Set;

/**
 * Verifies a signature once for each key, text and signature: a client sends the same token with
 * each call, and a signature takes ten times as long as all else.
 *
 * <p>What is remembered is a fact of mathematics, under the digest of all three, and holds for
 * ever: whether the key is still believed, and whether the token still holds, is asked anew each
 * time by the caller. Bad signatures are not remembered, so that only who holds a key can fill the
 * memory. Thread-safe.
 */
final class VerifiedSignatures implements JWSVerifierFactory {
  private static final int REMEMBERED_MAX = 20_000;

  /** A provider's tokens seldom live longer, and may be seen anew. */
  private static final Duration REMEMBERED_FOR = Duration.ofHours(1);

  private final JWSVerifierFactory verifiers;
  private final Cache<ByteBuffer, Boolean> verified =
      Caffeine.newBuilder().maximumSize(REMEMBERED_MAX).expireAfterWrite(REMEMBERED_FOR).build();

  /** Verifies by others what it does not remember. */
  VerifiedSignatures(JWSVerifierFactory verifiers) {
    this.verifiers = verifiers;
  }

  @Override
  public Set<JWSAlgorithm> supportedJWSAlgorithms() {
    return verifiers.supportedJWSAlgorithms();
  }

  @Override
  public JCAContext getJCAContext() {
    return verifiers.getJCAContext();
  }

  @Override
  public JWSVerifier createJWSVerifier(JWSHeader header, Key key) {
    return new Verifier(key);
  }

  private final class Verifier implements JWSVerifier {
    private final Key key;

    Verifier(Key key) {
      this.key = key;
    }

    @Override
    public boolean verify(JWSHeader header, byte[] signingInput, Base64URL signature)
        throws JOSEException {
      ByteBuffer digest = digest(key.getEncoded(), signingInput, signature);
      if (verified.getIfPresent(digest) != null) {
        return true;
      }
      // The algorithm stands in the header, which is part of what is signed.
      boolean good =
          verifiers.createJWSVerifier(header, key).verify(header, signingInput, signature);
      if (good) {
        verified.put(digest, true);
      }
      return good;
    }

    @Override
    public Set<JWSAlgorithm> supportedJWSAlgorithms() {
      return verifiers.supportedJWSAlgorithms();
    }

    @Override
    public JCAContext getJCAContext() {
      return verifiers.getJCAContext();
    }
  }

  // Lengths in between, so that no two triples are one text.
  private static ByteBuffer digest(byte[] key, byte[] signingInput, Base64URL signature) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(
          ByteBuffer.allocate(2 * Integer.BYTES)
              .putInt(key.length)
              .putInt(signingInput.length)
              .flip());
      digest.update(key);
      digest.update(signingInput);
      digest.update(signature.toString().getBytes(StandardCharsets.US_ASCII));
      return ByteBuffer.wrap(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
