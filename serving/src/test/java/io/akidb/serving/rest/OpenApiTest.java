package io.akidb.serving.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.serving.TestNode;
import io.akidb.serving.TestNode.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract and the server have the same routes; so do the two base paths. */
class OpenApiTest {
  private static final Pattern PATH = Pattern.compile("^  (/[^:]*):$");
  private static final Pattern METHOD = Pattern.compile("^    (get|put|post|patch|delete):$");

  @TempDir Path folder;

  static Set<String> documented() throws IOException {
    Path file = Path.of(System.getenv("AKIDB_ROOT"), "docs", "openapi.yaml");
    Set<String> routes = new TreeSet<>();
    String path = "";
    for (String line : Files.readAllLines(file)) {
      Matcher pathLine = PATH.matcher(line);
      Matcher methodLine = METHOD.matcher(line);
      if (pathLine.matches()) {
        path = pathLine.group(1);
      } else if (methodLine.matches()) {
        routes.add(methodLine.group(1).toUpperCase(java.util.Locale.ROOT) + " " + path);
      }
    }
    return routes;
  }

  /** Of which only the list of routes is wanted. */
  static RestApi api() {
    return new RestApi(
        null, null, null, null, null, null, null, null, null, null, null, null, null);
  }

  @Test
  void routes_servedAndDocumented_areTheSame() throws IOException {
    RestApi api = api();

    Set<String> served =
        api.routes(null).stream()
            .map(route -> route.method() + " " + route.path())
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(served).isEqualTo(documented());
  }

  @Test
  void routes_belowBothBasePaths_reachAHandler() throws IOException {
    try (TestNode node = TestNode.start(folder)) {
      for (String route : documented()) {
        String method = route.substring(0, route.indexOf(' '));
        String path = route.substring(route.indexOf(' ') + 1).replaceAll("\\{[a-z_]+}", "some");
        for (String base : new String[] {"", "/v1"}) {
          Reply reply = node.send(method, base + path, method.equals("GET") ? null : "{}");
          assertThat(reply.json().path("detail").asText())
              .as(method + " " + base + path)
              .isNotEqualTo("there is no such path");
          assertThat(reply.status()).as(route).isNotIn(405, 500);
        }
      }
    }
  }
}
