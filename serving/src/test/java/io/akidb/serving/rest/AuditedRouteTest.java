package io.akidb.serving.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class AuditedRouteTest {
  private static Map<String, AuditedRoute> served() {
    return OpenApiTest.api().routes(null).stream()
        .collect(
            Collectors.toMap(
                route -> route.method() + " " + route.path(),
                AuditedRoute::of,
                (a, b) -> a,
                TreeMap::new));
  }

  @Test
  void actions_ofDifferentRoutes_differ() {
    Map<String, AuditedRoute> served = served();

    assertThat(served.values().stream().map(AuditedRoute::action)).doesNotHaveDuplicates();
    assertThat(served.get("POST /tenants").action()).isEqualTo("tenants.create");
    assertThat(served.get("POST /tenants/{tenant_id}/suspend").action())
        .isEqualTo("tenants.suspend");
    assertThat(served.get("POST /api-keys/{api_key_id}/rotate").action())
        .isEqualTo("api-keys.rotate");
    assertThat(served.get("DELETE /collections/{collection}").action())
        .isEqualTo("collections.delete");
    assertThat(served.get("POST /auth/token").action()).isEqualTo("auth.token");
    assertThat(served.get("GET /audit").action()).isEqualTo("audit.list");
  }

  @Test
  void routesThatChangeAnything_areRecordedButForWritesOfRows() {
    served()
        .forEach(
            (route, audited) -> {
              boolean data =
                  route.startsWith("GET ")
                      || route.matches("POST .*(search|fetch|vectors|explain)");
              assertThat(audited.kind() == AuditedRoute.Kind.CHANGE)
                  .as(route + " is " + audited)
                  .isEqualTo(!data);
            });
  }

  @Test
  void changesWithABody_sayWhatOfItIsOnRecord() {
    assertThat(
            served().entrySet().stream()
                .filter(entry -> entry.getValue().kind() == AuditedRoute.Kind.CHANGE)
                .filter(entry -> entry.getKey().matches("(POST|PUT|PATCH) .*"))
                .filter(entry -> !entry.getKey().matches(".*/(suspend|resume|restore)"))
                .map(entry -> entry.getValue().action()))
        .isNotEmpty()
        .allMatch(AuditedBody::knows);
  }

  @Test
  void readsOfAdministration_areRecordedAndReadsOfDataAreNot() {
    assertThat(
            served().entrySet().stream()
                .filter(entry -> entry.getValue().kind() == AuditedRoute.Kind.READ)
                .map(Map.Entry::getKey))
        .contains(
            "GET /tenants", "GET /users", "GET /api-keys", "GET /audit", "POST /authz/explain")
        .allMatch(
            route -> route.matches(".* /(tenants|users|roles|api-keys|audit|authz)(/.*)?"),
            "administration");
  }

  @Test
  void secrets_inPathsAndIds_areTakenOut() {
    assertThat(RequestAudit.harmless("/v1/api-keys/akidb_0123456789abcdef_" + "s".repeat(43)))
        .isEqualTo("/v1/api-keys/akidb_0123456789abcdef");
    assertThat(RequestAudit.harmless("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln"))
        .isEqualTo("(token)");
    assertThat(RequestAudit.harmless("/v1/collections/eye")).isEqualTo("/v1/collections/eye");
  }
}
