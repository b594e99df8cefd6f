package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.tenancy.TenantId;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a provider that is slow, and strangers who make up its tokens, cost the node. */
class HangingProviderTest {
  private static final RSAKey KEY = TestProvider.key("one");
  private static final String AUDIENCE = "akidb-api";

  private final Clock clock = Clock.systemUTC();
  private final AtomicLong nanos = new AtomicLong();

  static Tokens tokens(TestProvider provider, AtomicLong nanos) {
    OidcConfig config =
        new OidcConfig(
            provider.issuer(),
            AUDIENCE,
            Set.of("RS256", "ES256"),
            null,
            "tenant_id",
            "roles",
            Map.of("writers", "editor"),
            Duration.ofSeconds(60),
            Duration.ofMinutes(5));
    Clock clock = Clock.systemUTC();
    ObjectStore store = new InMemoryStore(clock);
    ApiKeys keys = new ApiKeys(store, new Users(store, clock), clock, new SecureRandom(), null);
    return new Tokens(
        new AccessTokens(store, keys, clock, new SecureRandom()),
        new ExternalTokens(config, clock, nanos::get));
  }

  private JWTClaimsSet.Builder claims(TestProvider provider) {
    Instant now = clock.instant();
    return new JWTClaimsSet.Builder()
        .issuer(provider.issuer())
        .audience(AUDIENCE)
        .subject("alice")
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(60)))
        .claim("tenant_id", TenantId.DEFAULT.value());
  }

  @Test
  void tokenOfAnotherIssuerOrForAnother_isRefusedWithoutAskingTheProvider() {
    try (TestProvider provider = new TestProvider()) {
      provider.publish(KEY);
      Tokens tokens = tokens(provider, nanos);
      Date past = Date.from(clock.instant().minusSeconds(120));
      for (JWTClaimsSet claims :
          List.of(
              claims(provider).issuer("https://elsewhere.example.org").build(),
              claims(provider).issuer(null).build(),
              claims(provider).audience("another").build(),
              claims(provider).expirationTime(past).build())) {
        assertThat(tokens.authenticate(TestProvider.sign(KEY, claims))).isEmpty();
      }
      assertThat(provider.discoveries).hasValue(0);
      provider.stop();
      JWTClaimsSet strange = claims(provider).issuer("https://elsewhere.example.org").build();
      assertThat(tokens.authenticate(TestProvider.sign(KEY, strange)))
          .as("of nobody's, whether the provider answers or not")
          .isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void providerThatHangs_holdsUpAFewAndTheOthersAreToldAtOnce(boolean known) throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    ExecutorService callers = Executors.newCachedThreadPool();
    try (TestProvider provider = new TestProvider()) {
      provider.publish(KEY);
      Tokens tokens = tokens(provider, nanos);
      String token = TestProvider.sign(KEY, claims(provider).build());
      if (known) {
        assertThat(tokens.authenticate(token)).isPresent();
        nanos.addAndGet(Duration.ofMinutes(5).toNanos());
      }
      AtomicInteger asked = known ? provider.keyReads : provider.discoveries;
      int before = asked.get();
      provider.hang(end);
      Future<Optional<Principal>> first = callers.submit(() -> tokens.authenticate(token));
      await(() -> asked.get() > before);
      int others = OidcKeys.WAITING_MAX + Runtime.getRuntime().availableProcessors() + 50;
      AtomicInteger refused = new AtomicInteger();
      for (int i = 0; i < others; i++) {
        var _ =
            callers.submit(
                () -> {
                  try {
                    return tokens.authenticate(token);
                  } catch (IdentityProviderUnavailableException e) {
                    refused.incrementAndGet();
                    throw e;
                  }
                });
      }
      await(() -> refused.get() >= 50);
      assertThat(first.isDone()).as("the provider has not answered yet").isFalse();
      end.countDown();
      assertThat(first.get()).isPresent();
      assertThat(tokens.authenticate(token)).isPresent();
    } finally {
      end.countDown();
      callers.shutdown();
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
