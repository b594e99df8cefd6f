package io.akidb.policies;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.akidb.tenancy.TenantId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.OAuth2Config;
import no.nav.security.mock.oauth2.http.NettyWrapper;
import no.nav.security.mock.oauth2.token.DefaultOAuth2TokenCallback;
import no.nav.security.mock.oauth2.token.OAuth2TokenProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tokens that a real OpenID Connect server gives out at its token endpoint. */
class OidcServerTest {
  private static MockOAuth2Server server;
  private final TenantId acme = TenantId.random();

  @BeforeAll
  static void start() {
    server =
        new MockOAuth2Server(
            new OAuth2Config(
                false, null, null, true, new OAuth2TokenProvider(), Set.of(), new NettyWrapper()));
    server.start();
  }

  @AfterAll
  static void stop() {
    server.shutdown();
  }

  // The client-credentials grant, as a program signs in (RFC 6749, section 4.4).
  private String signIn(String issuer, String audience, long expirySecs)
      throws IOException, InterruptedException {
    server.enqueueCallback(
        new DefaultOAuth2TokenCallback(
            issuer,
            "etl",
            "JWT",
            List.of(audience),
            Map.of(
                "tenant_id", acme.value(), "realm", Map.of("roles", List.of("writers", "other"))),
            expirySecs));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.tokenEndpointUrl(issuer).toString()))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "grant_type=client_credentials&client_id=etl&client_secret=s&scope=akidb"))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      return new JsonMapper().readTree(answer.body()).get("access_token").asText();
    }
  }

  @Test
  void signIn_atTheServer_makesAPrincipalHere() throws IOException, InterruptedException {
    OidcConfig config = ExternalTokensFixture.config(server.issuerUrl("idp").toString(), null);
    Tokens tokens = ExternalTokensFixture.tokens(config, new AtomicLong());

    assertThat(tokens.authenticate(signIn("idp", "akidb-api", 600)))
        .hasValue(new Principal("oidc:etl", acme, List.of(Grant.of(Role.EDITOR)), null, null));
    assertThat(tokens.authenticate(signIn("idp", "another-api", 600))).isEmpty();
    assertThat(tokens.authenticate(signIn("idp", "akidb-api", -120))).isEmpty();
    assertThat(tokens.authenticate(signIn("another-issuer", "akidb-api", 600))).isEmpty();
  }
}
