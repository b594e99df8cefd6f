package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.objectstore.InMemoryStore;
import io.akidb.objectstore.ObjectStore;
import io.akidb.serving.config.InvalidSettingException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens of our own and of an identity provider, by REST. */
class TokenServingTest {
  @TempDir Path folder;

  private static String token(TestNode node, String body) {
    return node.post("/auth/token", body).expect(200).json().get("access_token").asText();
  }

  @Test
  void ownToken_worksOnEveryNode_untilItsKeyIsRevoked() {
    ObjectStore store = new InMemoryStore(Clock.systemUTC());
    try (TestNode one = TestNode.start(folder, store, folder.resolve("one"));
        TestNode two = TestNode.start(folder, store, folder.resolve("two"))) {
      JsonNode key = one.post("/api-keys", "{\"role\": \"viewer\"}").expect(201).json();
      String token = token(one.as(key.get("api_key").asText()), "{\"lifetime_secs\": 60}");
      for (TestNode node : List.of(one.as(token), two.as(token))) {
        node.get("/collections").expect(200);
        node.post("/collections", "{\"name\": \"c\", \"vector_dim\": 2}").expect(403);
        assertThat(node.post("/auth/token", "{}").expect(401).code()).isEqualTo("unauthenticated");
      }
      two.as("").send("GET", "/collections", null, "X-API-Key", token).expect(200);

      one.delete("/api-keys/" + key.get("api_key_id").asText()).expect(204);
      one.as(token).get("/collections").expect(401);
      long end = System.nanoTime() + 1_000_000_000L;
      TestNode.await("a second passes", () -> System.nanoTime() > end);
      two.as(token).get("/collections").expect(401);
    }
  }

  @Test
  void ownToken_ofTheOperator_operates() {
    try (TestNode node = TestNode.start(folder)) {
      JsonNode made = node.post("/auth/token", "{}").expect(200).json();
      assertThat(made.get("expires_in").asInt()).isEqualTo(900);
      node.as(made.get("access_token").asText()).get("/tenants").expect(200);
      node.post("/auth/token", "{\"lifetime_secs\": 3601}").expect(400);
      node.post("/auth/token", "{\"lifetime_secs\": 0}").expect(400);
      node.as(TestNode.OPERATOR_KEY.replace('o', 'x')).post("/auth/token", "{}").expect(401);
    }
  }

  @Test
  void providersToken_mayWhatItsClaimsMeanHere() {
    try (TestIdp idp = new TestIdp();
        TestNode node = TestNode.start(folder, idp.flags())) {
      JsonNode acme = node.post("/tenants", "{\"name\": \"acme\"}").expect(201).json();
      String tenant = acme.get("tenant_id").asText();
      TestNode editor = node.as(idp.token(tenant, "editor", "whatever"));
      editor.post("/collections", "{\"name\": \"c\", \"vector_dim\": 2}").expect(201);
      editor.delete("/collections/c").expect(403);
      node.as(idp.token(tenant, "viewer")).get("/collections/c").expect(200);
      node.as(idp.token(tenant)).get("/collections/c").expect(404);
      node.as(idp.token("default", "admin")).get("/collections/c").expect(404);
      node.as(idp.token(tenant, "ops")).get("/tenants").expect(200);
      editor.post("/auth/token", "{}").expect(401);
      for (String bad :
          List.of(
              idp.expired(tenant, "editor"),
              idp.forged(tenant, "editor"),
              idp.token("11111111-1111-4111-8111-111111111111", "editor"),
              idp.token("no tenant", "editor"),
              idp.token(tenant, "editor") + "x".repeat(8192))) {
        node.as(bad).get("/collections").expect(401);
      }
      node.delete("/tenants/" + tenant).expect(204);
      editor.get("/collections/c").expect(401);
    }
  }

  @Test
  void provider_outOfReach_isNoReasonNotToStart_butToTellSo() {
    String[] flags;
    String token;
    try (TestIdp idp = new TestIdp()) {
      flags = idp.flags();
      token = idp.token("default", "viewer");
    }
    try (TestNode node = TestNode.start(folder, flags)) {
      node.get("/collections").expect(200);
      TestNode.Reply refused = node.as(token).get("/collections").expect(503);
      assertThat(refused.json().get("detail").asText()).contains("identity provider");
      assertThat(refused.header("Retry-After")).isNotEmpty();
    }
  }

  @Test
  void settings_thatAreWrong_areRefusedAtTheStart() {
    for (String[] wrong :
        List.of(
            new String[] {"oidc-issuer", "http://idp.example.org"},
            new String[] {"oidc-algorithms", "HS256"},
            new String[] {"oidc-algorithms", "RS256,RS256"},
            new String[] {"oidc-tenant", "acme"},
            new String[] {"oidc-audience", ""},
            new String[] {"oidc-roles", "admin"},
            new String[] {"oidc-clock-skew-secs", "301"})) {
      assertThatThrownBy(
              () ->
                  TestNode.start(
                      folder,
                      "--oidc-issuer",
                      "https://idp.example.org",
                      "--oidc-audience",
                      "akidb",
                      "--" + wrong[0],
                      wrong[1]))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageContaining(wrong[0]);
    }
  }
}
