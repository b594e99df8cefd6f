package io.akidb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Users, roles, grants and keys by the command line, on a real node. */
class IdentityCommandsIT extends CommandsFixture {
  private String adminKey = "";

  @BeforeAll
  void createATenant() {
    JsonNode tenant = ok(operator("tenant", "create", "acme", "--json")).json();
    adminKey = tenant.path("api_key").asText();
    ok(admin("collection", "create", "eu-shoes", "--dim", "2"));
    ok(admin("collection", "create", "us-shoes", "--dim", "2"));
  }

  private CliRun admin(String... arguments) {
    return as(adminKey, arguments);
  }

  /** What stands behind a word at the start of a line. */
  private static String field(CliRun run, String name) {
    String line =
        run.out().lines().filter(each -> each.startsWith(name + " ")).findFirst().orElseThrow();
    return Arrays.asList(line.split(" +")).get(1);
  }

  @Test
  void user_isCreatedGrantedRevokedAndDeleted() {
    CliRun made =
        ok(
            admin(
                "user",
                "create",
                "eva@example.org",
                "--role",
                "viewer",
                "--collection-prefix",
                "eu-"));
    assertThat(made.out()).contains("grants      viewer on eu-*", "(shown this once)");
    String id = field(made, "user_id");
    String key = field(made, "api_key");
    assertThat(ok(as(key, "collection", "list")).out().lines()).containsExactly("eu-shoes");
    failed(as(key, "collection", "get", "us-shoes"), "404");
    failed(as(key, "user", "list"), "403");

    assertThat(ok(admin("user", "list")).out())
        .contains(id + "  eva@example.org  (viewer on eu-*)")
        .doesNotContain(key);
    assertThat(ok(admin("user", "show", id)).json().path("email").asText())
        .isEqualTo("eva@example.org");
    assertThat(ok(admin("service-account", "list", "--json")).json().path("items"))
        .noneMatch(user -> user.path("user_id").asText().equals(id));

    String[] grant = {"grant", "create", id, "editor", "--collection", "us-shoes"};
    String[] until = Arrays.copyOf(grant, grant.length + 2);
    until[grant.length] = "--expires-at";
    until[grant.length + 1] = "2199-01-31T12:00:00Z";
    assertThat(ok(admin(until)).out().lines())
        .containsExactly("viewer on eu-*", "editor on us-shoes until 2199-01-31T12:00:00Z");
    assertThat(ok(as(key, "collection", "list")).out().lines())
        .containsExactly("eu-shoes", "us-shoes");
    String[] explain = {"grant", "explain", "vectors.insert", "--user", id, "--collection"};
    String[] where = Arrays.copyOf(explain, explain.length + 1);
    where[explain.length] = "us-shoes";
    assertThat(ok(admin(where)).out()).startsWith("allowed: ");
    where[explain.length] = "eu-shoes";
    assertThat(ok(admin(where)).out()).startsWith("forbidden: ");

    assertThat(ok(admin("grant", "revoke", id, "editor")).out().lines())
        .containsExactly("viewer on eu-*");
    assertThat(ok(admin("grant", "list", id)).out().lines()).containsExactly("viewer on eu-*");
    failed(as(key, "collection", "get", "us-shoes"), "404");

    assertThat(ok(admin("user", "delete", id)).out()).contains("deleted " + id);
    failed(as(key, "collection", "list"), "401");
    failed(admin("user", "get", id), "404");
  }

  @Test
  void role_withARowFilter_isCreatedShownAndDeleted() {
    String filter = "{\"region\": \"eu\"}";
    String[] create = {
      "role",
      "create",
      "eu-reader",
      "--permission",
      "collections.read,vectors.search",
      "--row-filter",
      filter
    };
    assertThat(ok(admin(create)).out()).contains("created eu-reader");
    failed(admin(create), "409");
    assertThat(ok(admin("role", "list")).out())
        .contains("eu-reader  collections.read,vectors.search  where {\"region\":\"eu\"}");
    assertThat(ok(admin("role", "get", "eu-reader")).json().at("/row_filter/region").asText())
        .isEqualTo("eu");
    assertThat(ok(admin("role", "get", "viewer")).json().path("built_in").asBoolean()).isTrue();
    CliRun key = ok(admin("key", "create", "--role", "eu-reader"));
    String[] explain = {"grant", "explain", "vectors.search", "--key", field(key, "api_key_id")};
    assertThat(ok(admin(explain)).out()).contains("; only rows of [{\"region\":\"eu\"}]");
    failed(
        admin("role", "create", "strange", "--permission", "vectors.serch"),
        "400",
        "/permissions/0");

    failed(admin("role", "delete", "eu-reader"), "409", "1 API keys");
    ok(admin("key", "revoke", field(key, "api_key_id")));
    assertThat(ok(admin("role", "delete", "eu-reader")).out()).contains("deleted eu-reader");
    failed(admin("role", "get", "eu-reader"), "404");
  }

  @Test
  void serviceAccountAndItsKeys_areCreatedRotatedAndRevoked() {
    String grants =
        "[{\"role\": \"editor\", \"collection\": \"eu-shoes\"}, {\"role\": \"viewer\"}]";
    CliRun made = ok(admin("service-account", "create", "nightly", "--grants", grants));
    String id = field(made, "user_id");
    assertThat(ok(admin("service-account", "list")).out())
        .contains(id + "  nightly  (editor on eu-shoes, viewer)");
    assertThat(ok(admin("service-account", "get", id)).json().path("kind").asText())
        .isEqualTo("service_account");
    assertThat(ok(admin("user", "list")).out()).doesNotContain(id);

    CliRun key =
        ok(
            admin(
                "key",
                "create",
                "--name",
                "job",
                "--user",
                id,
                "--role",
                "viewer",
                "--expires-at",
                "2199-01-31T12:00:00Z"));
    String old = field(key, "api_key");
    String oldId = field(key, "api_key_id");
    assertThat(ok(admin("key", "list")).out())
        .contains(
            oldId
                + "  akidb_"
                + oldId
                + "  job  of "
                + id
                + "  (viewer)  until 2199-01-31T12:00:00Z")
        .doesNotContain(old);
    ok(as(old, "collection", "get", "us-shoes"));

    CliRun rotated = ok(admin("key", "rotate", oldId, "--overlap-secs", "0"));
    String next = field(rotated, "api_key");
    assertThat(rotated.out()).contains("(shown this once)").doesNotContain(old);
    ok(as(next, "collection", "get", "us-shoes"));
    failed(as(old, "collection", "get", "us-shoes"), "401");

    String nextId = field(rotated, "api_key_id");
    assertThat(ok(admin("key", "get", nextId)).out()).contains(nextId).doesNotContain(next);
    assertThat(ok(admin("key", "revoke", nextId)).out()).contains("revoked " + nextId);
    failed(as(next, "collection", "list"), "401");
    assertThat(ok(admin("service-account", "delete", id)).out()).contains("deleted " + id);
    failed(as(field(made, "api_key"), "collection", "list"), "401");
  }

  @Test
  void keysMadeWithALostOne_areListedAndRevokedWithIt() {
    CliRun lost = ok(admin("key", "create", "--role", "admin"));
    String lostId = field(lost, "api_key_id");
    CliRun made = ok(as(field(lost, "api_key"), "key", "create", "--role", "viewer"));
    String madeId = field(made, "api_key_id");
    assertThat(ok(admin("key", "list", "--created-with", lostId)).out())
        .contains(madeId)
        .doesNotContain(lostId);
    ok(admin("key", "revoke", lostId, "--with-created"));
    failed(as(field(made, "api_key"), "collection", "list"), "401");
  }

  @Test
  void operator_ofThePlatform_isMadeByAnother() {
    CliRun made =
        ok(operator("user", "create", "root@example.org", "--platform", "--role", "operator"));
    String key = field(made, "api_key");
    assertThat(ok(as(key, "tenant", "list")).out()).contains("acme");
    assertThat(ok(operator("user", "list", "--platform", "--json")).json().path("items"))
        .anyMatch(user -> user.path("email").asText().equals("root@example.org"));
    failed(admin("user", "list", "--platform"), "403");
    ok(operator("user", "delete", "--platform", field(made, "user_id")));
    failed(as(key, "tenant", "list"), "401");
  }
}
