package io.akidb.serving.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.akidb.policies.User;
import io.akidb.policies.audit.AuditEvent;
import io.akidb.policies.audit.Outcome;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AuditedBodyTest {
  private static ArrayNode grant(ArrayNode grants, String role, String collection) {
    return grants.add(Json.object().put("role", role).put("collection", collection));
  }

  @Test
  void grants_tooManyToBeTold_stillNameEachRoleOfTheWholeTenantFirst() {
    ArrayNode grants = Json.MAPPER.createArrayNode();
    List<String> roles =
        IntStream.range(0, User.GRANTS_MAX - 1).mapToObj("%064d"::formatted).toList();
    roles.forEach(role -> grant(grants, role, "c".repeat(64)));
    grants.add(Json.object().put("role", "admin"));
    SortedMap<String, String> detail = new TreeMap<>(Map.of("email", "e".repeat(1025)));

    AuditedBody.put(detail, "grants", grants);

    AuditEvent event =
        new AuditEvent("key:x", "users.create", "/users", null, "", Outcome.ATTEMPTED, "", detail);
    assertThat(event.detail().get("grants")).doesNotContain("admin");
    assertThat(event.detail()).containsEntry("grants_count", "64");
    assertThat(event.detail().get("grants_roles")).isEqualTo("admin," + String.join(",", roles));
  }

  @Test
  void grants_fewButLong_nameEachRole_andThoseThatAreToldWholeDoNotAgain() {
    ArrayNode grants = Json.MAPPER.createArrayNode();
    SortedMap<String, String> detail = new TreeMap<>();
    AuditedBody.put(detail, "removed_grants", grant(grants, "viewer", "c"));
    assertThat(detail).containsOnlyKeys("removed_grants");

    for (int i = 0; i < 18; i++) {
      grant(grants, "viewer", "c".repeat(60) + i);
    }
    AuditedBody.put(detail, "removed_grants", grant(grants, "admin", "c"));
    assertThat(detail.get("removed_grants")).doesNotContain("admin");
    assertThat(detail).containsEntry("removed_grants_roles", "viewer,admin");
  }

  @Test
  void list_ofOtherThings_namesNoRoles() {
    ArrayNode ids = Json.MAPPER.createArrayNode();
    IntStream.range(0, 50).forEach(i -> ids.add("id-" + i));
    SortedMap<String, String> detail = new TreeMap<>();
    AuditedBody.put(detail, "ids", ids);
    assertThat(detail).containsOnlyKeys("ids", "ids_count");
  }
}
