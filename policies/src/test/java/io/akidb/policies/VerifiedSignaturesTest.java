package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class VerifiedSignaturesTest {
  private final AtomicInteger made = new AtomicInteger();
  private final VerifiedSignatures signatures =
      new VerifiedSignatures(
          new DefaultJWSVerifierFactory() {
            @Override
            public JWSVerifier createJWSVerifier(JWSHeader header, Key key) throws JOSEException {
              made.incrementAndGet();
              return super.createJWSVerifier(header, key);
            }
          });

  private static ECKey key() throws JOSEException {
    return new ECKeyGenerator(Curve.P_256).generate();
  }

  private static SignedJWT token(ECKey key, String subject) throws JOSEException {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader(JWSAlgorithm.ES256), new JWTClaimsSet.Builder().subject(subject).build());
    token.sign(new ECDSASigner(key));
    return token;
  }

  private boolean verify(SignedJWT token, ECKey key) throws JOSEException {
    return token.verify(signatures.createJWSVerifier(token.getHeader(), key.toECPublicKey()));
  }

  @Test
  void goodSignature_seenAgain_isNotComputedAgain() throws JOSEException {
    ECKey key = key();
    SignedJWT token = token(key, "alice");
    for (int i = 0; i < 5; i++) {
      assertThat(verify(token, key)).isTrue();
    }
    assertThat(made).hasValue(1);
    assertThat(verify(token(key, "bob"), key)).isTrue();
    assertThat(made).hasValue(2);
  }

  @Test
  void rememberedToken_underAnotherKey_isRefused() throws JOSEException {
    ECKey key = key();
    SignedJWT token = token(key, "alice");
    assertThat(verify(token, key)).isTrue();
    assertThat(verify(token, key())).isFalse();
    assertThat(verify(token, key)).isTrue();
  }

  @Test
  void rememberedToken_changedInAnyPart_isRefusedEachTime() throws Exception {
    ECKey key = key();
    SignedJWT token = token(key, "alice");
    SignedJWT other = token(key, "mallory");
    assertThat(verify(token, key)).isTrue();
    assertThat(verify(other, key)).isTrue();
    JWSVerifier verifier = signatures.createJWSVerifier(token.getHeader(), key.toECPublicKey());
    Base64URL[] parts = SignedJWT.parse(token.serialize()).getParsedParts();
    byte[] input = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
    assertThat(verifier.verify(token.getHeader(), input, parts[2])).isTrue();
    int before = made.get();
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < input.length; i++) {
        byte[] changed = input.clone();
        changed[i] ^= 1;
        assertThat(verifier.verify(token.getHeader(), changed, parts[2])).isFalse();
      }
      assertThat(verifier.verify(token.getHeader(), input, other.getSignature())).isFalse();
    }
    assertThat(made.get() - before)
        .as("a bad one is computed each time")
        .isEqualTo(2 * (input.length + 1));
  }

  @Test
  void supportedAlgorithms_areThoseOfWhoVerifies() throws JOSEException {
    assertThat(signatures.supportedJWSAlgorithms())
        .isEqualTo(new DefaultJWSVerifierFactory().supportedJWSAlgorithms());
    JWSVerifier verifier =
        signatures.createJWSVerifier(new JWSHeader(JWSAlgorithm.ES256), key().toECPublicKey());
    assertThat(verifier.supportedJWSAlgorithms()).contains(JWSAlgorithm.ES256);
    assertThat(verifier.getJCAContext()).isSameAs(signatures.getJCAContext());
  }
}
