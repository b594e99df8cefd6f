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
import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Tokens of a provider, and of those who would like to be one. */
class ExternalTokensTest {
  private static final RSAKey KEY = TestProvider.key("one");
  private static final RSAKey OTHER = TestProvider.key("two");
  private static final String AUDIENCE = "akidb-api";

  private final TenantId acme = TenantId.random();
  private final Clock clock = Clock.systemUTC();
  private final AtomicLong nanos = new AtomicLong();

  static OidcConfig config(String issuer, TenantId tenant) {
    return new OidcConfig(
        issuer,
        AUDIENCE,
        Set.of("RS256", "ES256"),
        tenant,
        "tenant_id",
        "realm.roles",
        Map.of("writers", "editor", "readers", "viewer", "platform", "operator"),
        Duration.ofSeconds(60),
        Duration.ofMinutes(5));
  }

  static Tokens tokens(OidcConfig config, AtomicLong nanos) {
    Clock clock = Clock.systemUTC();
    ObjectStore store = new InMemoryStore(clock);
    ApiKeys keys = new ApiKeys(store, new Users(store, clock), clock, new SecureRandom(), null);
    return new Tokens(
        new AccessTokens(store, keys, clock, new SecureRandom()),
        new ExternalTokens(config, clock, nanos::get));
  }

  private Tokens tokens(TestProvider provider) {
    return tokens(config(provider.issuer(), null), nanos);
  }

  private JWTClaimsSet.Builder claims(TestProvider provider) {
    Instant now = clock.instant();
    return new JWTClaimsSet.Builder()
        .issuer(provider.issuer())
        .audience(AUDIENCE)
        .subject("alice")
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(60)))
        .claim("tenant_id", acme.value())
        .claim("realm", Map.of("roles", List.of("writers", "offline_access", "writers")));
  }

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
  void keys_rotated_areReadAgainButNotForEveryStranger() {
    try (TestProvider provider = new TestProvider()) {
      provider.publish(KEY);
      Tokens tokens = tokens(provider);
      JWTClaimsSet claims = claims(provider).build();
      for (int i = 0; i < 20; i++) {
        assertThat(tokens.authenticate(TestProvider.sign(KEY, claims))).isPresent();
      }
      assertThat(provider.keyReads).hasValue(1);

      provider.publish(KEY, OTHER);
      assertThat(tokens.authenticate(TestProvider.sign(OTHER, claims))).isPresent();
      assertThat(tokens.authenticate(TestProvider.sign(KEY, claims))).isPresent();
      int reads = provider.keyReads.get();

      for (int i = 0; i < 20; i++) {
        RSAKey stranger = new RSAKey.Builder(OTHER).keyID("stranger-" + i).build();
        assertThat(tokens.authenticate(TestProvider.sign(stranger, claims))).isEmpty();
      }
      assertThat(provider.keyReads.get() - reads).isLessThanOrEqualTo(2);
      assertThat(tokens.authenticate(TestProvider.sign(KEY, claims))).isPresent();
    }
  }

  @Test
  void key_withdrawn_endsTokensWhoseSignaturesWereSeen() {
    try (TestProvider provider = new TestProvider()) {
      provider.publish(KEY);
      Tokens tokens = tokens(provider);
      String seen = TestProvider.sign(KEY, claims(provider).build());
      assertThat(tokens.authenticate(seen)).isPresent();
      assertThat(tokens.authenticate(seen)).isPresent();
      provider.publish(OTHER);
      assertThat(tokens.authenticate(TestProvider.sign(OTHER, claims(provider).build())))
          .as("makes the keys be read")
          .isPresent();
      assertThat(tokens.authenticate(seen)).isEmpty();
    }
  }

  private static void unavailable(Tokens tokens, String token) {
    // More often than keys are read within one interval.
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> tokens.authenticate(token))
          .isInstanceOf(IdentityProviderUnavailableException.class);
    }
  }

  @Test
  void providerThatGoesDown_isUnavailableOnceItsKeysAreOldAndNoTokenIsTakenForAWrongOne() {
    try (TestProvider provider = new TestProvider()) {
      provider.publish(KEY);
      Tokens tokens = tokens(provider);
      String token = TestProvider.sign(KEY, claims(provider).build());
      assertThat(tokens.authenticate(token)).isPresent();

      provider.pad(300_000);
      nanos.addAndGet(Duration.ofMinutes(1).toNanos());
      unavailable(tokens, TestProvider.sign(OTHER, claims(provider).build()));
      assertThat(tokens.authenticate(token)).as("by keys that are still believed").isPresent();
      nanos.addAndGet(Duration.ofMinutes(4).toNanos());
      unavailable(tokens, token);

      provider.pad(0);
      nanos.addAndGet(Duration.ofSeconds(30).toNanos());
      assertThat(tokens.authenticate(token)).isPresent();
      for (int i = 0; i < 5; i++) {
        assertThat(tokens.authenticate(TestProvider.sign(OTHER, claims(provider).build())))
            .as("unknown to a provider that answers")
            .isEmpty();
      }
      provider.stop();
      nanos.addAndGet(Duration.ofMinutes(5).toNanos());
      unavailable(tokens, token);
    }
  }

  @Test
  void provider_thatIsDownOrLies_isUnavailableUntilItIsRight() {
    try (TestProvider provider = new TestProvider()) {
      provider.publish(KEY);
      Tokens tokens = tokens(provider);
      String token = TestProvider.sign(KEY, claims(provider).build());
      for (String wrong :
          List.of(
              "no json",
              "{\"issuer\": \"https://other.example.org\", \"jwks_uri\": \"https://x.org/k\"}",
              "{\"issuer\": \"" + provider.issuer() + "\"}",
              "{\"issuer\": \"" + provider.issuer() + "\", \"jwks_uri\": \"http://x.org/k\"}",
              " ".repeat(300_000))) {
        provider.discover(wrong);
        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        assertThatThrownBy(() -> tokens.authenticate(token))
            .isInstanceOf(IdentityProviderUnavailableException.class);
      }
      provider.discover(null);
      assertThatThrownBy(() -> tokens.authenticate(token))
          .as("within the pause")
          .isInstanceOf(IdentityProviderUnavailableException.class);
      nanos.addAndGet(Duration.ofSeconds(5).toNanos());
      provider.pad(300_000);
      assertThatThrownBy(() -> tokens.authenticate(token))
          .as("keys without end")
          .isInstanceOf(IdentityProviderUnavailableException.class);
      provider.pad(0);
      assertThat(tokens.authenticate(token)).isPresent();
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

  @Test
  void config_outOfBounds_isRefused() {
    for (String issuer :
        List.of("http://idp.example.org", "ftp://x.org", "akidb", "", "::", "https:///x")) {
      assertThatThrownBy(() -> config(issuer, null)).isInstanceOf(InvalidPolicyException.class);
    }
    for (String algorithm : List.of("none", "HS256", "HS512", "RS1")) {
      assertThatThrownBy(() -> with(Set.of("RS256", algorithm), 60, 300))
          .isInstanceOf(InvalidPolicyException.class);
    }
    assertThatThrownBy(() -> with(Set.of(), 60, 300)).isInstanceOf(InvalidPolicyException.class);
    assertThatThrownBy(() -> with(Set.of("RS256"), 301, 300))
        .isInstanceOf(InvalidPolicyException.class);
    assertThatThrownBy(() -> with(Set.of("RS256"), 60, 5))
        .isInstanceOf(InvalidPolicyException.class);
    assertThat(with(Set.of("PS512", "ES384"), 0, 86_400).algorithms()).hasSize(2);
    assertThat(OidcConfig.parseRoles("a=admin, b=c=viewer"))
        .isEqualTo(Map.of("a", "admin", "b=c", "viewer"));
    assertThatThrownBy(() -> OidcConfig.parseRoles("admin"))
        .isInstanceOf(InvalidPolicyException.class);
  }

  private static OidcConfig with(Set<String> algorithms, int skew, int keys) {
    return new OidcConfig(
        "https://idp.example.org",
        AUDIENCE,
        algorithms,
        null,
        "t",
        "r",
        Map.of(),
        Duration.ofSeconds(skew),
        Duration.ofSeconds(keys));
  }
}
