package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.akidb.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tokens of a provider, and of those who would like to be one. */
class ExternalTokensTest extends ExternalTokensFixture {
  private static OidcConfig typed(OidcConfig usual, String type, boolean idTokens) {
    return new OidcConfig(
        usual.issuer(),
        usual.audience(),
        usual.algorithms(),
        usual.tenant(),
        usual.tenantClaim(),
        usual.rolesClaim(),
        usual.roles(),
        usual.clockSkew(),
        usual.keysTrusted(),
        type,
        idTokens);
  }

  @Test
  void idToken_isRefusedUnlessConfigured() {
    try (TestProvider provider = new TestProvider()) {
      provider.publish(KEY);
      OidcConfig usual = config(provider.issuer(), null);
      for (String mark : List.of("nonce", "at_hash", "c_hash")) {
        String token = TestProvider.sign(KEY, claims(provider).claim(mark, "x").build());
        assertThat(tokens(usual, nanos).authenticate(token)).as(mark).isEmpty();
        assertThat(tokens(typed(usual, null, true), nanos).authenticate(token)).isPresent();
      }
    }
  }

  @Test
  void tokenOfAnotherType_thanTheRequiredOne_isRefused() {
    try (TestProvider provider = new TestProvider()) {
      provider.publish(KEY);
      OidcConfig strict = typed(config(provider.issuer(), null), "at+jwt", false);
      String untyped = TestProvider.sign(KEY, claims(provider).build());
      assertThat(tokens(provider).authenticate(untyped)).isPresent();
      assertThat(tokens(strict, nanos).authenticate(untyped)).isEmpty();
      assertThatThrownBy(() -> typed(strict, "at jwt", false))
          .isInstanceOf(InvalidPolicyException.class);
    }
  }

  @Test
  void token_ofTheProvider_becomesAPrincipalOfItsClaims() {
    try (TestProvider provider = new TestProvider()) {
      provider.publish(KEY);
      Tokens tokens = tokens(provider);
      assertThat(tokens.authenticate(TestProvider.sign(KEY, claims(provider).build())))
          .hasValue(new Principal("oidc:alice", acme, List.of(Grant.of(Role.EDITOR)), null, null));
      JWTClaimsSet both = claims(provider).claim("realm", Map.of("roles", "readers x")).build();
      assertThat(tokens.authenticate(TestProvider.sign(KEY, both)).orElseThrow().grants())
          .containsExactly(Grant.of(Role.VIEWER));
      JWTClaimsSet nothing = claims(provider).claim("realm", "writers").build();
      assertThat(tokens.authenticate(TestProvider.sign(KEY, nothing)).orElseThrow().grants())
          .isEmpty();
      JWTClaimsSet operator =
          claims(provider).claim("realm", Map.of("roles", List.of("platform"))).build();
      assertThat(tokens.authenticate(TestProvider.sign(KEY, operator)).orElseThrow().isOperator())
          .isTrue();
    }
  }

  @Test
  void token_withClaimsThatDoNotFit_isRefused() {
    try (TestProvider provider = new TestProvider()) {
      provider.publish(KEY);
      Tokens tokens = tokens(provider);
      Instant now = clock.instant();
      List<JWTClaimsSet> bad =
          List.of(
              claims(provider).audience("another").build(),
              claims(provider).audience((String) null).build(),
              claims(provider).issuer(provider.issuer() + "/").build(),
              claims(provider).issuer("https://elsewhere.example.org").build(),
              claims(provider).issuer(null).build(),
              claims(provider).issuer(AccessTokens.ISSUER).build(),
              claims(provider).expirationTime(Date.from(now.minusSeconds(61))).build(),
              claims(provider).expirationTime(null).build(),
              claims(provider).issueTime(null).build(),
              claims(provider).notBeforeTime(Date.from(now.plusSeconds(120))).build(),
              claims(provider).subject(null).build(),
              claims(provider).subject("").build(),
              claims(provider).subject("a\nb").build(),
              claims(provider).subject("x".repeat(256)).build(),
              claims(provider).claim("tenant_id", null).build(),
              claims(provider).claim("tenant_id", 5).build(),
              claims(provider).claim("tenant_id", "../default").build());
      for (JWTClaimsSet claims : bad) {
        assertThat(tokens.authenticate(TestProvider.sign(KEY, claims))).as("%s", claims).isEmpty();
      }
      JWTClaimsSet late = claims(provider).expirationTime(Date.from(now.minusSeconds(30))).build();
      assertThat(tokens.authenticate(TestProvider.sign(KEY, late))).as("clocks differ").isPresent();
    }
  }

  @Test
  void token_forgedInAnyKnownWay_isRefused() throws JOSEException {
    try (TestProvider provider = new TestProvider()) {
      provider.publish(KEY);
      Tokens tokens = tokens(provider);
      JWTClaimsSet claims = claims(provider).build();
      String good = TestProvider.sign(KEY, claims);
      assertThat(tokens.authenticate(good)).isPresent();

      assertThat(tokens.authenticate(new PlainJWT(claims).serialize())).as("none").isEmpty();
      String none = "eyJhbGciOiJub25lIn0" + good.substring(good.indexOf('.'));
      assertThat(tokens.authenticate(none)).as("none, with a signature").isEmpty();
      assertThat(tokens.authenticate(good.substring(0, good.lastIndexOf('.') + 1))).isEmpty();
      for (byte[] secret :
          List.of(
              KEY.toRSAPublicKey().getEncoded(),
              KEY.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8),
              pem().getBytes(StandardCharsets.US_ASCII))) {
        SignedJWT hmac = new SignedJWT(header(JWSAlgorithm.HS256, "one").build(), claims);
        hmac.sign(new MACSigner(secret));
        assertThat(tokens.authenticate(hmac.serialize())).as("HMAC confusion").isEmpty();
      }
      RSAKey stranger = new RSAKey.Builder(OTHER).keyID("one").build();
      assertThat(tokens.authenticate(TestProvider.sign(stranger, claims))).as("key").isEmpty();
      SignedJWT own =
          new SignedJWT(header(JWSAlgorithm.RS256, "one").jwk(OTHER.toPublicJWK()).build(), claims);
      own.sign(new RSASSASigner(OTHER));
      assertThat(tokens.authenticate(own.serialize())).as("a key it brings along").isEmpty();
      SignedJWT pss = new SignedJWT(header(JWSAlgorithm.PS256, "one").build(), claims);
      pss.sign(new RSASSASigner(KEY));
      assertThat(tokens.authenticate(pss.serialize())).as("not configured").isEmpty();
      SignedJWT typed =
          new SignedJWT(
              header(JWSAlgorithm.RS256, "one").type(new JOSEObjectType("logout+jwt")).build(),
              claims);
      typed.sign(new RSASSASigner(KEY));
      assertThat(tokens.authenticate(typed.serialize())).as("another kind").isEmpty();
    }
  }

  private static String pem() throws JOSEException {
    return "-----BEGIN PUBLIC KEY-----\n"
        + java.util.Base64.getMimeEncoder().encodeToString(KEY.toRSAPublicKey().getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  private static JWSHeader.Builder header(JWSAlgorithm algorithm, String keyId) {
    return new JWSHeader.Builder(algorithm).keyID(keyId);
  }

  @Test
  void token_withAnyChangedCharacter_isRefused() {
    try (TestProvider provider = new TestProvider()) {
      provider.publish(KEY);
      Tokens tokens = tokens(provider);
      String good = TestProvider.sign(KEY, claims(provider).build());
      // The last character of base64 has bits that mean nothing.
      for (int i = 0; i < good.length() - 1; i++) {
        char other = good.charAt(i) == 'A' ? 'B' : 'A';
        String changed = good.substring(0, i) + other + good.substring(i + 1);
        assertThat(tokens.authenticate(changed)).as("at %d", i).isEmpty();
      }
    }
  }

  @Test
  void text_hostileOrHuge_isRefusedWithoutAnError() {
    try (TestProvider provider = new TestProvider()) {
      provider.publish(KEY);
      Tokens tokens = tokens(provider);
      String huge =
          TestProvider.sign(
              KEY, claims(provider).claim("x", "y".repeat(Tokens.LENGTH_MAX)).build());
      assertThat(tokens.authenticate(huge)).isEmpty();
      long seed = 5;
      Random random = new Random(seed);
      for (int round = 0; round < 2_000; round++) {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        for (String hostile :
            List.of(text, "e30." + text + ".AA", "eyJhbGciOiJSUzI1NiJ9.e30." + text)) {
          assertThat(tokens.authenticate(hostile)).as("seed %d round %d", seed, round).isEmpty();
        }
      }
      assertThat(tokens.authenticate("eyJhbGciOiJSUzI1NiJ9." + "W1tb".repeat(1500) + ".AA"))
          .isEmpty();
    }
  }

  @Test
  void config_ofOneTenant_needsNoClaim() {
    try (TestProvider provider = new TestProvider()) {
      provider.publish(KEY);
      Tokens tokens = tokens(config(provider.issuer(), TenantId.DEFAULT), nanos);
      JWTClaimsSet claims = claims(provider).claim("tenant_id", null).build();
      Optional<Principal> found = tokens.authenticate(TestProvider.sign(KEY, claims));
      assertThat(found.orElseThrow().tenant()).isEqualTo(TenantId.DEFAULT);
    }
  }
}
