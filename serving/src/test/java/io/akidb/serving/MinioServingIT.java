package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.akidb.catalog.Manifest;
import io.akidb.catalog.VectorCollection;
import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import io.akidb.tenancy.CollectionName;
import java.net.URI;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes on one real MinIO: writes, a build, following, and a restart with an empty cache. */
class MinioServingIT {
  @TempDir Path folder;

  private static ObjectStore open(String prefix) {
    return ObjectStores.open(
        new BucketConfig(
            "s3://akidb-test/" + prefix,
            URI.create(System.getenv("AKIDB_TEST_MINIO")),
            BucketConfig.DEFAULT_REGION,
            System.getenv("AKIDB_TEST_MINIO_ACCESS_KEY"),
            System.getenv("AKIDB_TEST_MINIO_SECRET_KEY")));
  }

  @Test
  void twoNodes_onOneBucket_serveTheSame() throws Exception {
    assumeTrue(
        System.getenv("AKIDB_TEST_MINIO") != null,
        "skipped: nodes on a real MinIO. './akidb test' starts one, or set AKIDB_TEST_MINIO,"
            + " AKIDB_TEST_MINIO_ACCESS_KEY and AKIDB_TEST_MINIO_SECRET_KEY");
    String prefix = "serving-it-" + UUID.randomUUID();
    try (TestNode one = TestNode.start(folder, open(prefix), folder.resolve("cache-1"));
        TestNode two = TestNode.start(folder, open(prefix), folder.resolve("cache-2"))) {
      one.post("/collections", "{\"name\": \"c\", \"vector_dim\": 3, \"distance\": \"l2\"}")
          .expect(201);
      StringBuilder rows = new StringBuilder();
      for (int i = 0; i < 300; i++) {
        rows.append(i == 0 ? "" : ",")
            .append("{\"id\": \"v%d\", \"vector\": [%d, 1, 0]}".formatted(i, i));
      }
      String token = commit(one, "{\"vectors\": [" + rows + "]}");
      assertThat(ids(two, "{\"vector\": [7, 1, 0], \"k\": 1, \"at_least\": \"" + token + "\"}"))
          .isEqualTo("[\"v7\"]");

      VectorCollection collection = two.catalog().open(TestNode.context(), new CollectionName("c"));
      Manifest built = new TestBuilds(two.store(), folder).build(collection, 2);
      for (TestNode node : new TestNode[] {one, two}) {
        TestNode.await(
            "the build is served",
            () ->
                built
                    .index()
                    .buildId()
                    .toString()
                    .equals(
                        node.post("/collections/c/search", "{\"id\": \"v1\", \"explain\": true}")
                            .json()
                            .at("/explain/0/build_id")
                            .asText()));
      }
      token = commit(two, "{\"vectors\": [{\"id\": \"v7\", \"vector\": [500, 1, 0]}]}");
      assertThat(ids(one, "{\"vector\": [500, 1, 0], \"k\": 1, \"at_least\": \"" + token + "\"}"))
          .isEqualTo("[\"v7\"]");
      assertThat(one.get("/collections/c").json().get("vector_count").asInt()).isEqualTo(300);
    }
    try (TestNode again = TestNode.start(folder, open(prefix), folder.resolve("cache-3"))) {
      assertThat(ids(again, "{\"vector\": [500, 1, 0], \"k\": 1}")).isEqualTo("[\"v7\"]");
      assertThat(again.get("/collections/c").json().get("vector_count").asInt()).isEqualTo(300);
    }
  }

  private static String commit(TestNode node, String body) {
    return node.post("/collections/c/vectors", body)
        .expect(200)
        .json()
        .get("commit_token")
        .asText();
  }

  private static String ids(TestNode node, String body) {
    JsonNode results = node.post("/collections/c/search", body).expect(200).json().get("results");
    return TestNode.JSON.valueToTree(results.findValuesAsText("id")).toString();
  }
}
