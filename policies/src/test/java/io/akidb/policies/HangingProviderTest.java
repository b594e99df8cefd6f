package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a provider that is slow, and strangers who make up its tokens, cost the node. */
class HangingProviderTest extends ExternalTokensFixture {
  @Test
  void tokenOfAnotherIssuerOrForAnother_isRefusedWithoutAskingTheProvider() {
    try (TestProvider provider = new TestProvider()) {
      provider.publish(KEY);
      Tokens tokens = tokens(provider);
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
      Tokens tokens = tokens(provider);
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
