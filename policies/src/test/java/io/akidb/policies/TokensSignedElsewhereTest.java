package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.tenancy.TenantId;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tokens and key sets that are put together here, byte by byte as RFC 7515, 7517 and 7518 say, and
 * signed by the JDK: by no line of the library that reads them.
 */
class TokensSignedElsewhereTest {
  private final TenantId acme = TenantId.random();

  private static KeyPair keys(String algorithm) throws GeneralSecurityException {
    KeyPairGenerator generator =
        KeyPairGenerator.getInstance(algorithm.equals("RS256") ? "RSA" : "EC");
    generator.initialize(
        algorithm.equals("RS256")
            ? new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4)
            : new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Big-endian, unsigned, in so many bytes. */
  private static String base64(BigInteger number, int length) {
    byte[] signed = number.toByteArray();
    byte[] bytes = new byte[length];
    int given = Math.min(signed.length, length);
    System.arraycopy(signed, signed.length - given, bytes, length - given, given);
    return base64(bytes);
  }

  private static String keySet(PublicKey key) {
    String members;
    if (key instanceof RSAPublicKey rsa) {
      members =
          "'kty':'RSA','alg':'RS256','n':'%s','e':'%s'"
              .formatted(base64(rsa.getModulus(), 256), base64(rsa.getPublicExponent(), 3));
    } else {
      ECPoint point = ((ECPublicKey) key).getW();
      members =
          "'kty':'EC','crv':'P-256','x':'%s','y':'%s'"
              .formatted(base64(point.getAffineX(), 32), base64(point.getAffineY(), 32));
    }
    return json("{'keys':[{'use':'sig','kid':'elsewhere'," + members + "}]}");
  }

  private static String json(String text) {
    return text.replace('\'', '"');
  }

  private String signed(String algorithm, KeyPair keys, String issuer)
      throws GeneralSecurityException {
    long now = Instant.now().getEpochSecond();
    String header = json("{'alg':'" + algorithm + "','typ':'JWT','kid':'elsewhere'}");
    String claims =
        json(
            "{'iss':'%s','aud':['other','akidb-api'],'sub':'alice','iat':%d,'exp':%d,"
                    .formatted(issuer, now, now + 60)
                + "'tenant_id':'%s','realm':{'roles':['writers']}}".formatted(acme));
    String input = base64(header) + "." + base64(claims);
    return input + "." + base64(signature(algorithm, keys, input));
  }

  private static byte[] signature(String algorithm, KeyPair keys, String input)
      throws GeneralSecurityException {
    Signature signature =
        Signature.getInstance(
            algorithm.equals("RS256") ? "SHA256withRSA" : "SHA256withECDSAinP1363Format");
    signature.initSign(keys.getPrivate());
    signature.update(input.getBytes(StandardCharsets.US_ASCII));
    return signature.sign();
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS256", "ES256"})
  void token_signedByTheJdk_isReadAndOneOfAnotherKeyIsNot(String algorithm)
      throws GeneralSecurityException {
    try (TestProvider provider = new TestProvider()) {
      KeyPair keys = keys(algorithm);
      provider.publishText(keySet(keys.getPublic()));
      OidcConfig config = ExternalTokensFixture.config(provider.issuer(), null);
      Tokens tokens = ExternalTokensFixture.tokens(config, new AtomicLong());

      String token = signed(algorithm, keys, provider.issuer());
      assertThat(tokens.authenticate(token))
          .hasValue(new Principal("oidc:alice", acme, List.of(Grant.of(Role.EDITOR)), null, null));

      String stranger = signed(algorithm, keys(algorithm), provider.issuer());
      assertThat(tokens.authenticate(stranger)).isEmpty();
      String input = token.substring(0, token.lastIndexOf('.'));
      String other = algorithm.equals("RS256") ? "ES256" : "RS256";
      String crossed = input + "." + base64(signature(other, keys(other), input));
      assertThat(tokens.authenticate(crossed)).as("a signature of another kind").isEmpty();
    }
  }
}
