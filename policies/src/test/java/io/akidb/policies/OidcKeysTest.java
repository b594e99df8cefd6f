package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The keys of a provider: rotated, withdrawn, and out of reach. */
class OidcKeysTest extends ExternalTokensFixture {
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
}
