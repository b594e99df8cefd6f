package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.akidb.serving.TestNode.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every operation of {@code docs/openapi.yaml} with every role, kind of credential, own and other
 * tenant. What is expected follows from the operation's {@code x-permission} and the table here; an
 * operation without a rule that is known here fails. A call that is let in is seen by a parameter
 * that no handler knows: all look for such first, so nothing is done.
 */
class AuthorizationMatrixTest {
  private static final Set<String> OPERATOR = Set.of("operator");
  private static final Set<String> ADMIN = Set.of("operator", "admin");
  private static final Set<String> EDITOR = Set.of("operator", "admin", "editor");
  private static final Set<String> VIEWER = Set.of("operator", "admin", "editor", "viewer");
  private static final List<String> ROLES =
      List.of("operator", "admin", "editor", "viewer", "nobody");

  private static final Map<String, Set<String>> MATRIX =
      Map.ofEntries(
          Map.entry("platform.operate", OPERATOR),
          Map.entry("tenants.manage", ADMIN),
          Map.entry("users.manage", ADMIN),
          Map.entry("audit.read", ADMIN),
          Map.entry("collections.create", EDITOR),
          Map.entry("collections.update", EDITOR),
          Map.entry("collections.read", VIEWER),
          Map.entry("collections.delete", ADMIN),
          Map.entry("vectors.search", VIEWER),
          Map.entry("vectors.insert", EDITOR),
          Map.entry("vectors.delete", EDITOR));

  private record Operation(String method, String path, String permission, JsonNode example) {
    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  /** A tenant and the names of what it has. */
  private record Owned(String tenant, Map<String, String> names, TestNode admin) {}

  private static final String TENANT = "X-Tenant-ID";

  @TempDir static Path folder;
  private static final List<Operation> OPERATIONS = new ArrayList<>();
  private static TestIdp idp;
  private static TestNode node;
  private static Owned own;
  private static Owned other;
  private static final Map<String, TestNode> CALLERS = new HashMap<>();
  // By role, then by kind.
  private static final Map<String, Map<String, String>> CREDENTIALS = new LinkedHashMap<>();

  @BeforeAll
  static void start() throws IOException {
    idp = new TestIdp();
    node = TestNode.start(folder, idp.flags());
    own = owned("own");
    other = owned("other");
    for (String role : ROLES) {
      String key =
          role.equals("operator")
              ? TestNode.OPERATOR_KEY
              : user(own.admin(), role).get("api_key").asText();
      String token = node.as(key).post("/auth/token", "{}").json().get("access_token").asText();
      String claim = role.equals("operator") ? "ops" : role;
      CREDENTIALS.put(
          role, Map.of("key", key, "token", token, "jwt", idp.token(own.tenant(), claim)));
    }
    JsonNode paths =
        new YAMLMapper()
            .readTree(Path.of(System.getenv("AKIDB_ROOT"), "docs", "openapi.yaml").toFile())
            .get("paths");
    for (Map.Entry<String, JsonNode> path : paths.properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        if (method.getValue().has("operationId")) {
          OPERATIONS.add(
              new Operation(
                  method.getKey().toUpperCase(Locale.ROOT),
                  path.getKey(),
                  method.getValue().path("x-permission").asText(),
                  method.getValue().at("/requestBody/content/application~1json/example")));
        }
      }
    }
  }

  @AfterAll
  static void stop() {
    node.close();
    idp.close();
  }

  private static JsonNode user(TestNode admin, String role) {
    String grants = role.equals("nobody") ? "\"grants\": []" : "\"role\": \"" + role + "\"";
    return admin
        .post("/users", "{\"email\": \"" + UUID.randomUUID() + "@b.c\", " + grants + "}")
        .expect(201)
        .json();
  }

  private static Owned owned(String name) {
    JsonNode tenant = node.post("/tenants", "{\"name\": \"" + name + "\"}").expect(201).json();
    TestNode admin = node.as(tenant.get("api_key").asText());
    String collection = name + "-things";
    admin.post("/collections", "{\"name\": \"" + collection + "\", \"vector_dim\": 2}").expect(201);
    admin
        .post(
            "/collections/" + collection + "/vectors",
            "{\"vectors\": [{\"id\": \"" + name + "-x\", \"vector\": [1, 2]}]}")
        .expect(200);
    admin
        .post("/roles", "{\"name\": \"" + name + "\", \"permissions\": [\"vectors.search\"]}")
        .expect(201);
    JsonNode user = user(admin, "viewer");
    String id = tenant.get("tenant_id").asText();
    return new Owned(
        id,
        Map.of(
            "tenant_id",
            id,
            "collection",
            collection,
            "vector_id",
            name + "-x",
            "role",
            name,
            "user_id",
            user.get("user_id").asText(),
            "api_key_id",
            user.get("api_key_id").asText()),
        admin);
  }

  private static final Map<String, String> NOWHERE =
      Map.of(
          "tenant_id", "11111111-1111-4111-8111-111111111111",
          "collection", "none",
          "vector_id", "none",
          "role", "none",
          "user_id", "11111111-1111-4111-8111-111111111111",
          "api_key_id", "0123456789abcdef");

  private static String path(Operation operation, Map<String, String> names) {
    String path = "/v1" + operation.path();
    for (Map.Entry<String, String> name : names.entrySet()) {
      path = path.replace("{" + name.getKey() + "}", name.getValue());
    }
    assertThat(path).as("names for %s", operation).doesNotContain("{");
    return path;
  }

  private static Reply call(
      String credential, Operation operation, String path, String... headers) {
    String body =
        !operation.method().equals("POST") && !operation.method().equals("PUT")
            ? null
            : operation.example().isObject() ? operation.example().toString() : "{}";
    return CALLERS
        .computeIfAbsent(credential, node::as)
        .send(operation.method(), path, body, headers);
  }

  private static String[] headers(String role, String tenant) {
    return role.equals("operator") ? new String[] {"X-Tenant-ID", tenant} : new String[0];
  }

  private static boolean isOpen(Operation operation) {
    return operation.permission().equals("none");
  }

  private static boolean isForKeys(Operation operation) {
    return operation.permission().equals("any API key");
  }

  private static boolean mayCall(String role, Operation operation) {
    Set<String> allowed = MATRIX.get(operation.permission());
    assertThat(allowed).as("the rule '%s' of %s", operation.permission(), operation).isNotNull();
    return allowed.contains(role);
  }

  // Whether the connection is kept depends on how much of a body had arrived when it was refused.
  private static Set<String> headersOf(Reply reply) {
    Set<String> names = new TreeSet<>(reply.http().headers().map().keySet());
    names.remove("connection");
    return names;
  }

  private static JsonNode alike(Reply reply) {
    return ((ObjectNode) reply.json().deepCopy()).without("request_id");
  }

  @Test
  void everyOperation_inTheOwnTenant_asTheMatrixSays() {
    assertThat(OPERATIONS).hasSizeGreaterThan(35);
    for (Operation operation : OPERATIONS) {
      if (isOpen(operation)) {
        assertThat(call("", operation, path(operation, own.names())).status()).isEqualTo(200);
        continue;
      }
      for (String role : ROLES) {
        CREDENTIALS
            .get(role)
            .forEach(
                (kind, credential) -> {
                  String path = path(operation, own.names()) + "?nonsense=1";
                  Reply reply = call(credential, operation, path, headers(role, own.tenant()));
                  int expected =
                      isForKeys(operation)
                          ? kind.equals("key") ? 400 : 401
                          : mayCall(role, operation)
                              ? 400
                              : role.equals("nobody")
                                      && operation.path().startsWith("/collections/{collection}")
                                  ? 404
                                  : 403;
                  assertThat(reply.status())
                      .as("%s as %s by %s: %s", operation, role, kind, reply.json())
                      .isEqualTo(expected);
                  if (expected == 400) {
                    assertThat(reply.json().at("/errors/0/pointer").asText())
                        .isEqualTo("?nonsense");
                  }
                });
      }
    }
  }

  private static Map<String, String> badCredentials() {
    Map<String, String> bad = new LinkedHashMap<>();
    String key = CREDENTIALS.get("admin").get("key");
    String token = CREDENTIALS.get("admin").get("token");
    JsonNode expiring =
        own.admin()
            .post(
                "/api-keys",
                "{\"role\": \"admin\", \"expires_at\": \"" + Instant.now().plusMillis(300) + "\"}")
            .expect(201)
            .json();
    String expired = expiring.get("api_key").asText();
    TestNode.await("the key expires", () -> node.as(expired).get("/collections").status() == 401);
    JsonNode revoked = own.admin().post("/api-keys", "{\"role\": \"admin\"}").expect(201).json();
    own.admin().delete("/api-keys/" + revoked.get("api_key_id").asText()).expect(204);
    bad.put("none", "");
    bad.put("wrong", "wrong");
    bad.put("forged key", key.substring(0, key.length() - 4) + "AAAA");
    bad.put("expired key", expired);
    bad.put("revoked key", revoked.get("api_key").asText());
    bad.put("forged token", token.substring(0, token.length() - 8) + "AAAAAAAA");
    bad.put("expired JWT", idp.expired(own.tenant(), "admin", "ops"));
    bad.put("forged JWT", idp.forged(own.tenant(), "admin", "ops"));
    String jwt = CREDENTIALS.get("operator").get("jwt");
    bad.put("JWT without algorithm", "eyJhbGciOiJub25lIn0" + jwt.substring(jwt.indexOf('.')));
    return bad;
  }

  @Test
  void everyOperation_withoutAGoodCredential_isRefusedAlike() {
    Map<String, String> bad = badCredentials();
    JsonNode first = alike(node.as("").get("/collections").expect(401));
    for (Operation operation : OPERATIONS) {
      if (!isOpen(operation)) {
        bad.forEach(
            (kind, credential) -> {
              Reply reply = call(credential, operation, path(operation, own.names()));
              assertThat(reply.status()).as("%s with %s", operation, kind).isEqualTo(401);
              assertThat(alike(reply)).as("%s with %s", operation, kind).isEqualTo(first);
            });
      }
    }
    assertThat(own.admin().get("/collections").expect(200).json().get("items")).hasSize(1);
  }

  @Test
  void everyOperation_onAnotherTenantsThings_answersAsForMissingOnes() {
    for (Operation operation : OPERATIONS) {
      if (isOpen(operation) || isForKeys(operation) || !operation.path().contains("{")) {
        continue;
      }
      for (String role : List.of("admin", "editor", "viewer", "nobody")) {
        for (String credential : CREDENTIALS.get(role).values()) {
          isAnsweredAsForMissing(operation, role, credential);
        }
      }
    }
    checkThatTheOtherHasAll();
  }

  private static void isAnsweredAsForMissing(Operation operation, String role, String credential) {
    Reply theirs = call(credential, operation, path(operation, other.names()));
    Reply missing = call(credential, operation, path(operation, NOWHERE));
    boolean named = operation.permission().equals("tenants.manage");
    boolean hidden =
        named
            || mayCall(role, operation)
            || (role.equals("nobody") && operation.path().startsWith("/collections/{collection}"));
    // With a credential that ends, nothing is made that does not: refused before it is looked for.
    boolean outlives = theirs.json().path("detail").asText().startsWith("the credential");
    assertThat(theirs.status())
        .as("%s as %s: %s", operation, role, theirs.json())
        .isEqualTo(hidden && !outlives ? 404 : 403);
    assertThat(alike(theirs)).as("%s as %s", operation, role).isEqualTo(alike(missing));
    assertThat(headersOf(theirs)).isEqualTo(headersOf(missing));
  }

  @Test
  void everyOperation_inAnotherTenantsName_isRefusedAlike() {
    for (Operation operation : OPERATIONS) {
      if (isOpen(operation)) {
        continue;
      }
      for (String role : List.of("admin", "editor", "viewer", "nobody")) {
        for (String credential : CREDENTIALS.get(role).values()) {
          if (isForKeys(operation) && !credential.equals(CREDENTIALS.get(role).get("key"))) {
            continue;
          }
          String path = path(operation, other.names());
          Reply theirs = call(credential, operation, path, TENANT, other.tenant());
          Reply missing = call(credential, operation, path, TENANT, NOWHERE.get("tenant_id"));
          Reply nonsense = call(credential, operation, path, TENANT, "../" + other.tenant());
          assertThat(theirs.status()).as("%s as %s", operation, role).isEqualTo(403);
          assertThat(alike(theirs)).isEqualTo(alike(missing)).isEqualTo(alike(nonsense));
        }
      }
    }
    checkThatTheOtherHasAll();
  }

  private static void checkThatTheOtherHasAll() {
    TestNode admin = other.admin();
    String collection = "/collections/" + other.names().get("collection");
    admin.get(collection + "/vectors/" + other.names().get("vector_id")).expect(200);
    assertThat(admin.get(collection + "/index").json().get("state").asText()).isEqualTo("none");
    assertThat(admin.get("/users").json().get("items")).hasSize(1);
    assertThat(admin.get("/users").json().at("/items/0/grants")).hasSize(1);
    assertThat(admin.get("/roles").json().get("items")).hasSize(1);
    assertThat(admin.get("/api-keys").json().get("items")).hasSize(2);
  }
}
