package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.conscrypt.Conscrypt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CurveVerifiersTest {
  private static final Map<String, Curve> CURVES =
      Map.of("ES256", Curve.P_256, "ES384", Curve.P_384, "ES512", Curve.P_521);
  private static final byte[] TEXT = "header.claims".getBytes(StandardCharsets.US_ASCII);
  private static final int RSA_BITS = 2048;

  private final CurveVerifiers fastest = CurveVerifiers.fastest();

  private static boolean verify(
      DefaultJWSVerifierFactory verifiers, JWSHeader header, AsymmetricJWK key, byte[] signature)
      throws JOSEException {
    return verifiers
        .createJWSVerifier(header, key.toPublicKey())
        .verify(header, TEXT, Base64URL.encode(signature));
  }

  @Test
  void thisPlatform_hasNativeCurves_andRsaStaysTheJdks() throws JOSEException {
    assertThat(Conscrypt.isAvailable()).isTrue();
    ECKey curve = new ECKeyGenerator(Curve.P_256).generate();
    JWSVerifier verifier =
        fastest.createJWSVerifier(new JWSHeader(JWSAlgorithm.ES256), curve.toPublicKey());
    assertThat(Conscrypt.isConscrypt(verifier.getJCAContext().getProvider())).isTrue();

    RSAKey rsa = new RSAKeyGenerator(RSA_BITS).generate();
    for (JWSAlgorithm algorithm : JWSAlgorithm.Family.RSA) {
      JWSHeader header = new JWSHeader(algorithm);
      JWSSigner signer = new RSASSASigner(rsa);
      byte[] signature = signer.sign(header, TEXT).decode();
      assertThat(verify(fastest, header, rsa, signature)).as(algorithm.getName()).isTrue();
      signature[signature.length / 2] ^= 1;
      assertThat(verify(fastest, header, rsa, signature)).as(algorithm.getName()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ES256", "ES384", "ES512"})
  void signatures_goodAndBad_areJudgedAsByTheJdk(String algorithm) throws JOSEException {
    DefaultJWSVerifierFactory jdk = new DefaultJWSVerifierFactory();
    JWSHeader header = new JWSHeader(JWSAlgorithm.parse(algorithm));
    ECKey key = new ECKeyGenerator(CURVES.get(algorithm)).generate();
    ECKey other = new ECKeyGenerator(CURVES.get(algorithm)).generate();
    Random random = new Random(7);
    for (int i = 0; i < 20; i++) {
      byte[] signature = new ECDSASigner(key).sign(header, TEXT).decode();
      assertThat(verify(fastest, header, key, signature)).isTrue();
      assertThat(verify(fastest, header, other, signature)).isFalse();
      byte[] changed = signature.clone();
      changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      int half = signature.length / 2;
      byte[] zeroR = signature.clone();
      Arrays.fill(zeroR, 0, half, (byte) 0);
      byte[] zeroS = signature.clone();
      Arrays.fill(zeroS, half, signature.length, (byte) 0);
      byte[] largest = new byte[signature.length];
      Arrays.fill(largest, (byte) 0xff);
      byte[] cut = Arrays.copyOf(signature, signature.length - 1);
      byte[] longer = Arrays.copyOf(signature, signature.length + 1);
      byte[] none = {};
      for (byte[] bad :
          new byte[][] {
            changed, zeroR, zeroS, largest, cut, longer, none, new byte[signature.length]
          }) {
        assertThat(verify(fastest, header, key, bad)).isFalse();
        assertThat(verify(jdk, header, key, bad)).isFalse();
      }
    }
  }
}
