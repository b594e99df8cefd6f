package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.serving.TestNode.Reply;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who makes users, grants and keys gives no more and nothing longer than it has itself. */
class DelegationServingTest extends IdentityFixture {
  @Test
  void managerOfUsers_cannotMakeMoreThanItself() {
    admin
        .post("/roles", json("{'name': 'hr', 'permissions': ['users.manage', 'collections.read']}"))
        .expect(201);
    JsonNode boss = user("'role': 'admin'");
    TestNode hr = as(user("'role': 'hr'"));
    String bossId = boss.get("user_id").asText();

    hr.post("/users", json("{'email': 'x@y.z', 'role': 'admin'}")).expect(403);
    hr.post("/users", json("{'email': 'x@y.z', 'role': 'operator'}")).expect(403);
    hr.post("/users", json("{'email': 'x@y.z', 'role': 'hr'}")).expect(201);
    hr.post("/users/" + bossId + "/roles", json("{'role': 'editor'}")).expect(403);
    hr.post("/api-keys", json("{'user_id': '" + bossId + "'}")).expect(403);
    hr.post("/api-keys", json("{'role': 'admin'}")).expect(403);
    hr.post("/api-keys/" + boss.get("api_key_id").asText() + "/rotate", "{}").expect(403);
    hr.post("/roles", json("{'name': 'x', 'permissions': ['vectors.delete']}")).expect(403);
    hr.post("/users?platform=true", json("{'email': 'x@y.z', 'role': 'operator'}")).expect(403);
    admin.get("/users?platform=true").expect(403);
    admin.get("/api-keys?platform=true").expect(403);
  }

  private TestNode hr() {
    String permissions = "['users.manage', 'collections.read']";
    admin.post("/roles", json("{'name': 'hr', 'permissions': " + permissions + "}")).expect(201);
    return as(user("'role': 'hr'"));
  }

  @Test
  void managerOfUsers_cannotTakeFromWhoMayMore() {
    TestNode hr = hr();
    JsonNode boss = user("'role': 'admin'");
    String path = "/users/" + boss.get("user_id").asText();
    String key = "/api-keys/" + boss.get("api_key_id").asText();
    JsonNode tenants = admin.post("/api-keys", json("{'role': 'editor'}")).expect(201).json();
    String limited = "{'user_id': '" + boss.get("user_id").asText() + "', 'role': 'hr'}";

    hr.delete(path).expect(403);
    hr.delete(path + "/roles/admin").expect(403);
    hr.delete(key).expect(403);
    hr.delete("/api-keys/" + tenants.get("api_key_id").asText()).expect(403);
    hr.post("/api-keys", json(limited)).expect(403);
    as(boss).get("/users").expect(200);

    JsonNode small = admin.post("/api-keys", json(limited)).expect(201).json();
    hr.delete("/api-keys/" + small.get("api_key_id").asText()).expect(204);
    JsonNode peer = hr.post("/users", json("{'email': 'x@y.z', 'role': 'hr'}")).expect(201).json();
    hr.delete("/users/" + peer.get("user_id").asText() + "/roles/hr").expect(200);
    hr.delete("/users/" + peer.get("user_id").asText()).expect(204);
    as(small).get("/users").expect(401);

    JsonNode lost = admin.post("/api-keys", json("{'role': 'hr'}")).expect(201).json();
    String lostKey = "/api-keys/" + lost.get("api_key_id").asText();
    as(lost).delete(lostKey).expect(204);
    // The last administrator may go: the operator makes another.
    as(boss).delete(path).expect(204);
    as(boss).get("/users").expect(401);
    String again = json("{'email': 'n@e.w', 'role': 'admin'}");
    as(node.send("POST", "/users", again, "X-Tenant-ID", tenant).expect(201).json())
        .get("/users")
        .expect(200);
  }

  @Test
  void filteredGrant_isNotGivenToWhoMayMore() {
    TestNode hr = hr();
    String blind =
        "{'name': 'blind', 'permissions': ['collections.read'], 'row_filter': {'r': 'x'}}";
    hr.post("/roles", json(blind)).expect(201);
    JsonNode boss = user("'role': 'admin'");
    JsonNode peer = hr.post("/users", json("{'email': 'x@y.z', 'role': 'hr'}")).expect(201).json();
    String grant = json("{'role': 'blind'}");

    hr.post("/users/" + boss.get("user_id").asText() + "/roles", grant).expect(403);
    as(boss).get("/users").expect(200);
    hr.post("/users/" + boss.get("user_id").asText() + "/roles", json("{'role': 'hr'}"))
        .expect(200);
    hr.post("/users/" + peer.get("user_id").asText() + "/roles", grant).expect(200);
    as(peer).get("/users").expect(403);
  }

  @Test
  void filteredGrant_isNotWithdrawnByWhoMayLessThanTheRest() {
    TestNode hr = hr();
    String eu = "{'name': 'eu', 'permissions': ['collections.read'], 'row_filter': {'r': 'eu'}}";
    admin.post("/roles", json(eu)).expect(201);
    JsonNode bob = user("'grants': [{'role': 'eu'}, {'role': 'editor'}]");
    hr.delete("/users/" + bob.get("user_id").asText() + "/roles/eu").expect(403);
  }

  @Test
  void keyMadeForAnother_neverMayMoreThanItsMakerCould() {
    TestNode hr = hr();
    JsonNode bob = hr.post("/users", json("{'email': 'x@y.z', 'role': 'hr'}")).expect(201).json();
    String id = bob.get("user_id").asText();
    JsonNode second = hr.post("/api-keys", json("{'user_id': '" + id + "'}")).expect(201).json();
    JsonNode next =
        hr.post("/api-keys/" + second.get("api_key_id").asText() + "/rotate", "{}")
            .expect(201)
            .json();
    admin.post("/users/" + id + "/roles", json("{'role': 'admin'}")).expect(200);
    JsonNode own = as(next).post("/api-keys", json("{'user_id': '" + id + "'}")).expect(403).json();
    assertThat(own.has("api_key")).isFalse();

    for (JsonNode known : List.of(bob, second, next)) {
      as(known).get("/collections/eu-products").expect(200);
      as(known).post("/collections/eu-products/vectors", ROW).expect(403);
      as(known).post("/api-keys", json("{'role': 'editor'}")).expect(403);
    }
    JsonNode made = admin.post("/api-keys", json("{'user_id': '" + id + "'}")).expect(201).json();
    as(made).post("/collections/eu-products/vectors", ROW).expect(200);
    assertThat(made.has("grants")).isFalse();
    assertThat(next.at("/grants/0/role").asText()).isEqualTo("hr");
  }

  @Test
  void credentialThatEnds_makesNothingThatOutlivesIt() {
    String end = Instant.now().plusSeconds(600).toString();
    String later = Instant.now().plusSeconds(601).toString();
    String inTime = ", 'expires_at': '" + end + "'}";
    JsonNode made = admin.post("/api-keys", json("{'role': 'admin'" + inTime)).expect(201).json();
    String alice = "/users/" + user("'role': 'viewer'").get("user_id").asText() + "/roles";
    JsonNode endless = admin.post("/api-keys", json("{'role': 'viewer'}")).expect(201).json();
    String rotated = "/api-keys/" + endless.get("api_key_id").asText() + "/rotate";
    String token =
        as(made).post("/auth/token", "{\"lifetime_secs\": 60}").json().get("access_token").asText();
    for (TestNode ending : List.of(as(made), node.as(token))) {
      for (String until : List.of("}", ", 'expires_at': '" + later + "'}")) {
        Reply refused = ending.post("/api-keys", json("{'role': 'viewer'" + until)).expect(403);
        assertThat(refused.json().get("detail").asText()).contains("give an expires_at");
        ending.post(alice, json("{'role': 'editor'" + until)).expect(403);
      }
      ending.post("/users", json("{'email': 'x@y.z', 'role': 'viewer'}")).expect(403);
      ending.post(rotated, "{}").expect(403);
      // What lets nobody in is made as ever.
      ending.delete(alice + "/viewer").expect(200);
    }
    node.as(token).post("/api-keys", json("{'role': 'viewer'" + inTime)).expect(403);

    JsonNode own = as(made).post("/api-keys", json("{'role': 'admin'" + inTime)).expect(201).json();
    assertThat(own.get("expires_at").asText()).isEqualTo(end);
    as(made).post(alice, json("{'role': 'editor'" + inTime)).expect(200);
    String bob = "{'email': 'x@y.z', 'grants': [{'role': 'viewer'" + inTime + "]}";
    JsonNode first = as(made).post("/users", json(bob)).expect(201).json();
    assertThat(Instant.parse(first.get("api_key_expires_at").asText()))
        .isEqualTo(Instant.parse(end));
    as(own).post("/api-keys/" + own.get("api_key_id").asText() + "/rotate", "{}").expect(201);
  }

  @Test
  void operatorsKeyThatEnds_makesTenantsWhoseKeyEnds() {
    String end = Instant.now().plusSeconds(600).toString();
    String asked = json("{'role': 'operator', 'expires_at': '" + end + "'}");
    TestNode ending = as(node.post("/api-keys?platform=true", asked).expect(201).json());
    JsonNode beta = ending.post("/tenants", "{\"name\": \"beta\"}").expect(201).json();
    assertThat(beta.get("api_key_expires_at").asText()).isEqualTo(end);
    as(beta).post("/api-keys", json("{'role': 'viewer'}")).expect(403);
    JsonNode gamma = node.post("/tenants", "{\"name\": \"gamma\"}").expect(201).json();
    assertThat(gamma.has("api_key_expires_at")).isFalse();
  }
}
