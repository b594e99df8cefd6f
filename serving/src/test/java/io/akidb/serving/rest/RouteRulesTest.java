package io.akidb.serving.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** No route is served without a rule, and each has the one that the contract tells callers. */
class RouteRulesTest {
  private static List<Route> routes() {
    return OpenApiTest.api().routes(null);
  }

  @Test
  void route_withoutAPermission_isOpenOrForKeyHoldersByName() {
    for (Route route : routes()) {
      boolean needsNone =
          route.access() == Access.OPEN
              ? route.path().startsWith("/health/")
              : route.access() == Access.KEY_HOLDER && route.path().equals("/auth/token");
      assertThat(route.permission() == null).as("%s", route).isEqualTo(needsNone);
    }
  }

  @Test
  void route_narrowedByItsHandler_isOneOfTheFewThatAre() {
    assertThat(routes().stream().filter(Route::narrows).map(r -> r.method() + " " + r.path()))
        .containsExactlyInAnyOrder("POST /collections", "GET /collections");
  }

  private static JsonNode contract() throws IOException {
    return new YAMLMapper()
        .readTree(Path.of(System.getenv("AKIDB_ROOT"), "docs", "openapi.yaml").toFile());
  }

  private static JsonNode operation(JsonNode contract, Route route) {
    return contract.path("paths").path(route.path()).path(route.method().toLowerCase(Locale.ROOT));
  }

  @Test
  void idempotencyKey_isInTheContractWhereItIsTaken() throws IOException {
    JsonNode contract = contract();
    for (Route route : routes()) {
      assertThat(
              operation(contract, route).path("parameters").toString().contains("/idempotencyKey"))
          .as("%s %s", route.method(), route.path())
          .isEqualTo(RestServer.isRepeatable(route));
    }
  }

  @Test
  void rule_ofEachRoute_isTheContracts() throws IOException {
    JsonNode contract = contract();
    for (Route route : routes()) {
      JsonNode operation = operation(contract, route);
      String rule =
          switch (route.access()) {
            case OPEN -> "none";
            case KEY_HOLDER -> "any API key";
            default -> String.valueOf(route.permission()).toLowerCase(Locale.ROOT);
          };
      assertThat(operation.path("x-permission").asText().replace('.', '_'))
          .as("x-permission of %s %s", route.method(), route.path())
          .isEqualTo(rule);
    }
  }
}
