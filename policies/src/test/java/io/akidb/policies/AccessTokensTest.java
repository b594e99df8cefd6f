package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectMetadata;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AccessTokensTest {
  private static final String KEYS = "akidb/system/token-keys/platform/";
  private static final String CONFIGURED = "a-configured-operator-key";

  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private final AtomicLong nanos = new AtomicLong();
  private final ObjectStore store = new InMemoryStore(Clock.systemUTC());
  private final TenantId acme = TenantId.random();
  private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);

  /** One node on the shared bucket. */
  private final class TestedNode {
    private final ApiKeys keys;
    private final AccessTokens made;
    private final Tokens tokens;

    TestedNode(String configured) {
      Users users = new Users(store, clock, nanos::get);
      keys = new ApiKeys(store, users, clock, new SecureRandom(), configured, nanos::get);
      made = new AccessTokens(store, keys, clock, new SecureRandom(), nanos::get);
      tokens = new Tokens(made, null);
    }
  }

  private final TestedNode one = new TestedNode(CONFIGURED);
  private final TestedNode two = new TestedNode(CONFIGURED);
  private final IssuedApiKey key = one.keys.issueFor(acme);
  private final Principal principal = one.keys.authenticate(key.plaintext()).orElseThrow();

  private void pass(Duration time) {
    now.updateAndGet(instant -> instant.plus(time));
    nanos.addAndGet(time.toNanos());
  }

  private List<String> keyObjects() {
    return store.list(KEYS, null, 100).objects().stream().map(ObjectMetadata::key).toList();
  }

  @Test
  void token_madeOnOneNode_holdsOnAnotherUntilItsEnd() {
    AccessTokens.Issued token = one.made.issue(principal, Duration.ofMinutes(5));
    assertThat(Tokens.isToken(token.text())).isTrue();
    assertThat(token.toString()).doesNotContain(token.text());
    Principal bearer = principal.endingBy(token.expiresAt());
    assertThat(bearer.expiresAt()).isEqualTo(token.expiresAt());
    assertThat(one.tokens.authenticate(token.text())).hasValue(bearer);
    assertThat(two.tokens.authenticate(token.text())).hasValue(bearer);
    pass(Duration.ofSeconds(331));
    assertThat(two.tokens.authenticate(token.text())).isEmpty();
  }

  @Test
  void token_ofARevokedKey_endsWithItOnEveryNodeWithinASecond() {
    String token = one.made.issue(principal, Duration.ofMinutes(5)).text();
    assertThat(two.tokens.authenticate(token)).isPresent();
    one.keys.revoke(acme, key.descriptor().keyId());
    assertThat(one.tokens.authenticate(token)).isEmpty();
    nanos.addAndGet(900_000_000L);
    assertThat(two.tokens.authenticate(token)).isEmpty();
  }

  @Test
  void token_ofTheConfiguredKey_endsWhenThatIsAnother() {
    Principal operator = one.keys.authenticate(CONFIGURED).orElseThrow();
    String token = one.made.issue(operator, Duration.ofMinutes(5)).text();
    assertThat(two.tokens.authenticate(token).orElseThrow().isOperator()).isTrue();
    assertThat(new TestedNode("another-configured-key").tokens.authenticate(token)).isEmpty();
    assertThat(new TestedNode(null).tokens.authenticate(token)).isEmpty();
  }

  @Test
  void signingKey_isSharedThenReplacedThenDeleted() {
    String first = one.made.issue(principal, Duration.ofHours(1)).text();
    two.made.issue(principal, Duration.ofHours(1));
    assertThat(keyObjects()).hasSize(1);
    List<String> oldest = keyObjects();

    pass(TokenKeys.SIGNS.minusMinutes(30));
    String late = one.made.issue(principal, Duration.ofHours(1)).text();
    assertThat(keyObjects()).hasSize(1);
    pass(Duration.ofMinutes(31));
    String next = two.made.issue(principal, Duration.ofHours(1)).text();
    assertThat(keyObjects()).hasSize(2);
    assertThat(one.tokens.authenticate(first)).isEmpty();
    assertThat(one.tokens.authenticate(late)).as("of the key before").isPresent();
    assertThat(one.tokens.authenticate(next)).isPresent();

    pass(TokenKeys.SIGNS.plusMinutes(1));
    one.made.issue(principal, Duration.ofHours(1));
    assertThat(keyObjects()).hasSize(2).doesNotContainAnyElementsOf(oldest);
  }

  @Test
  void signingKey_deletedByHand_endsItsTokens() {
    String token = one.made.issue(principal, Duration.ofHours(1)).text();
    assertThat(two.tokens.authenticate(token)).isPresent();
    keyObjects().forEach(store::delete);
    nanos.addAndGet(900_000_000L);
    assertThat(one.tokens.authenticate(token)).isEmpty();
    assertThat(two.tokens.authenticate(token)).isEmpty();
    String next = one.made.issue(principal, Duration.ofHours(1)).text();
    assertThat(two.tokens.authenticate(next)).isPresent();
  }

  @Test
  void signingKey_replacedByHand_endsItsTokens() throws JOSEException {
    String token = one.made.issue(principal, Duration.ofHours(1)).text();
    assertThat(two.tokens.authenticate(token)).isPresent();
    String object = keyObjects().get(0);
    put(object, new ECKeyGenerator(Curve.P_256).generate().toJSONString());
    nanos.addAndGet(900_000_000L);
    assertThat(one.tokens.authenticate(token)).as("never seen here").isEmpty();
    assertThat(two.tokens.authenticate(token)).as("good before").isEmpty();
  }

  @Test
  void signingKey_ofAnotherKind_isAsGoodAsNone() throws JOSEException {
    String token = one.made.issue(principal, Duration.ofHours(1)).text();
    String object = keyObjects().get(0);
    for (JWK other :
        List.of(new RSAKeyGenerator(2048).generate(), new ECKeyGenerator(Curve.P_384).generate())) {
      put(object, other.toJSONString());
      TestedNode later = new TestedNode(CONFIGURED);
      assertThat(later.tokens.authenticate(token)).isEmpty();
      Principal owner = later.keys.authenticate(key.plaintext()).orElseThrow();
      String next = later.made.issue(owner, Duration.ofHours(1)).text();
      assertThat(later.tokens.authenticate(next)).as("a key of its own is made").isPresent();
      keyObjects().stream().filter(made -> !made.equals(object)).forEach(store::delete);
    }
  }

  /** Has a token key's object hold this key. */
  private void put(String object, String jwk) {
    String id = object.substring(KEYS.length(), object.length() - ".json".length());
    String text =
        "{\"key_id\":\"%s\",\"jwk\":\"%s\",\"created_at\":\"%s\"}"
            .formatted(id, jwk.replace("\"", "\\\""), now.get());
    store.put(object, text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void token_isShort_forItIsSentWithEveryCall() throws ParseException {
    String token = one.made.issue(principal, Duration.ofHours(1)).text();
    assertThat(token).hasSizeLessThan(320);
    assertThat(SignedJWT.parse(token).getJWTClaimsSet().getClaims())
        .as("each of them is looked at")
        .containsOnlyKeys("iss", "iat", "exp", "akidb_key", "akidb_fp");
  }

  @Test
  void signingKey_unreadable_saysSoWithoutItsContent() {
    String token = one.made.issue(principal, Duration.ofHours(1)).text();
    String object = keyObjects().get(0);
    put(object, "secret");
    assertThatThrownBy(() -> new TestedNode(null).tokens.authenticate(token))
        .isInstanceOf(CorruptPolicyException.class)
        .hasMessageNotContaining("secret");
    assertThat(new TokenKeys.Stored("id", "secret", "t").toString()).doesNotContain("secret");
  }

  @Test
  void issue_outOfBounds_isRefused() {
    for (Duration lifetime :
        List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofSeconds(3601))) {
      assertThatThrownBy(() -> one.made.issue(principal, lifetime))
          .isInstanceOf(InvalidPolicyException.class);
    }
    Principal keyless = new Principal("oidc:x", acme, List.of(), null, null);
    assertThatThrownBy(() -> one.made.issue(keyless, Duration.ofMinutes(1)))
        .isInstanceOf(InvalidPolicyException.class);
  }

  @Test
  void token_forged_isRefused() throws JOSEException, ParseException {
    SignedJWT good = SignedJWT.parse(one.made.issue(principal, Duration.ofMinutes(5)).text());
    JWTClaimsSet claims = good.getJWTClaimsSet();
    String fingerprint = claims.getStringClaim("akidb_fp");
    JWSHeader header = good.getHeader();
    ECKey signing =
        ECKey.parse(
            new String(store.get(keyObjects().get(0), 1 << 16).bytes(), StandardCharsets.UTF_8)
                .replaceFirst("(?s).*\"jwk\":\"", "")
                .replaceFirst("(?s)\",\"created_at.*", "")
                .replace("\\", ""));
    ECKey stranger = new ECKeyGenerator(Curve.P_256).keyID(header.getKeyID()).generate();
    assertThat(accepted(header, claims, new ECDSASigner(signing))).as("the forge works").isTrue();

    assertThat(accepted(header, claims, new ECDSASigner(stranger))).isFalse();
    assertThat(one.tokens.authenticate(new PlainJWT(claims).serialize())).isEmpty();
    JWSHeader hmac =
        new JWSHeader.Builder(JWSAlgorithm.HS256)
            .type(header.getType())
            .keyID(header.getKeyID())
            .build();
    assertThat(accepted(hmac, claims, new MACSigner(signing.toECPublicKey().getEncoded())))
        .isFalse();
    for (JWSHeader other :
        List.of(
            new JWSHeader.Builder(JWSAlgorithm.ES256).type(header.getType()).build(),
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(header.getKeyID()).build(),
            new JWSHeader.Builder(header).type(JOSEObjectType.JWT).build(),
            new JWSHeader.Builder(header).keyID("../x").build(),
            new JWSHeader.Builder(header).keyID("0123456789abcdef").build())) {
      assertThat(accepted(other, claims, new ECDSASigner(signing))).as("%s", other).isFalse();
    }
    for (JWTClaimsSet other :
        List.of(
            changed(claims).issuer("other").build(),
            changed(claims).expirationTime(null).build(),
            changed(claims).issueTime(null).build(),
            changed(claims).issueTime(Date.from(now.get().plusSeconds(90))).build(),
            changed(claims).claim("akidb_key", null).build(),
            changed(claims).claim("akidb_key", 5).build(),
            changed(claims).claim("akidb_key", "configured").build(),
            changed(claims).claim("akidb_key", "../x").build(),
            changed(claims).claim("akidb_fp", null).build(),
            changed(claims).claim("akidb_fp", "").build(),
            changed(claims).claim("akidb_fp", fingerprint.substring(1)).build(),
            changed(claims).claim("akidb_fp", fingerprint + "0").build(),
            changed(claims).claim("akidb_fp", "0123456789abcdef").build())) {
      assertThat(accepted(header, other, new ECDSASigner(signing))).as("%s", other).isFalse();
    }
  }

  private static JWTClaimsSet.Builder changed(JWTClaimsSet claims) {
    return new JWTClaimsSet.Builder(claims);
  }

  private boolean accepted(JWSHeader header, JWTClaimsSet claims, JWSSigner signer)
      throws JOSEException {
    SignedJWT token = new SignedJWT(header, claims);
    token.sign(signer);
    return one.tokens.authenticate(token.serialize()).isPresent();
  }

  @Test
  void tokens_ofAProvider_whereNoneIsConfigured_areRefused() {
    try (TestProvider provider = new TestProvider()) {
      JWTClaimsSet claims = new JWTClaimsSet.Builder().issuer(provider.issuer()).build();
      assertThat(one.tokens.authenticate(TestProvider.sign(TestProvider.key("k"), claims)))
          .isEmpty();
    }
    for (String text : List.of("", "a.b", "a.b.c", "a.b.c.d", "...", "akidb_x")) {
      assertThat(one.tokens.authenticate(text)).isEmpty();
    }
    assertThat(Tokens.isToken("a.b")).isFalse();
    assertThat(Tokens.isToken("a.b.c.d")).isFalse();
    assertThat(Tokens.isToken("akidb_0123456789abcdef_xyz")).isFalse();
  }
}
