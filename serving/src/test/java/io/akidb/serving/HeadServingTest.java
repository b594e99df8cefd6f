package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.objectstore.InMemoryStore;
import io.akidb.serving.TestNode.Reply;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeadServingTest {
  private static final List<String> PATHS =
      List.of(
          "/collections",
          "/collections/c",
          "/collections/missing",
          "/users",
          "/roles",
          "/api-keys",
          "/audit",
          "/tenants",
          "/usage",
          "/health/live",
          "/nowhere");

  @TempDir Path folder;

  @Test
  void head_ofAnyPath_isTheGetWithoutItsBody() throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient();
        TestNode operator =
            TestNode.start(folder, new InMemoryStore(Clock.systemUTC()), folder.resolve("cache"))) {
      String key =
          operator
              .post("/tenants", "{\"name\": \"acme\"}")
              .expect(201)
              .json()
              .get("api_key")
              .asText();
      TestNode owner = operator.as(key);
      owner.post("/collections", "{\"name\": \"c\", \"vector_dim\": 2}").expect(201);
      for (TestNode caller : List.of(owner, operator, operator.as("akidb_none"))) {
        for (String path : PATHS) {
          Reply get = caller.get(path);
          HttpResponse<String> head = head(client, get.http().request());
          assertThat(head.statusCode()).as(path).isEqualTo(get.status());
          assertThat(head.body()).as(path).isEmpty();
        }
      }
      HttpRequest stranger = operator.as("akidb_none").get("/collections").http().request();
      assertThat(head(client, stranger).statusCode()).isEqualTo(401);
    }
  }

  private static HttpResponse<String> head(HttpClient client, HttpRequest get)
      throws IOException, InterruptedException {
    HttpRequest head = HttpRequest.newBuilder(get, (name, value) -> true).HEAD().build();
    return client.send(head, HttpResponse.BodyHandlers.ofString());
  }
}
