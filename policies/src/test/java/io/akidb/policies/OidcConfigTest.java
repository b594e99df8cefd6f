package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What can be configured of a provider. */
class OidcConfigTest {
  @Test
  void config_outOfBounds_isRefused() {
    for (String issuer :
        List.of("http://idp.example.org", "ftp://x.org", "akidb", "", "::", "https:///x")) {
      assertThatThrownBy(() -> ExternalTokensFixture.config(issuer, null))
          .isInstanceOf(InvalidPolicyException.class);
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
        ExternalTokensFixture.AUDIENCE,
        algorithms,
        null,
        "t",
        "r",
        Map.of(),
        Duration.ofSeconds(skew),
        Duration.ofSeconds(keys));
  }
}
