package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.catalog.Manifest;
import io.akidb.catalog.SegmentWriter;
import io.akidb.catalog.VectorCollection;
import io.akidb.catalog.VectorRecord;
import io.akidb.serving.TestNode.Reply;
import io.akidb.tenancy.CollectionName;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fresh tier has a bound, and says what to do when it is reached. */
class FreshLimitTest {
  @TempDir Path folder;

  @Test
  void writes_beyondTheBound_askForABuildAndGoOnAfterIt() throws Exception {
    try (TestNode node = TestNode.start(folder, "--fresh-bytes-max", "2000000")) {
      node.post(
              "/collections",
              "{\"name\": \"c\", \"vector_dim\": 1024, \"distance\": \"l2\", \"index_type\": \"flat\"}")
          .expect(201);
      Reply reply = write(node, 0);
      int written = 0;
      while (reply.status() == 200) {
        reply = write(node, ++written);
      }
      assertThat(reply.expect(503).code()).isEqualTo("build_needed");
      assertThat(reply.json().get("detail").asText()).contains("build the index");
      assertThat(Integer.parseInt(reply.header("Retry-After"))).isPositive();
      assertThat(written).isBetween(100, 480);
      node.get("/collections/c/vectors/v0").expect(200);

      VectorCollection collection =
          node.catalog().open(TestNode.context(), new CollectionName("c"));
      new TestBuilds(node.store(), folder).build(collection, 1);

      int next = written;
      TestNode.await("writes go on after the build", () -> write(node, next).status() == 200);
      assertThat(node.get("/collections/c").json().get("vector_count").asInt())
          .isEqualTo(written + 1);
    }
  }

  private static Reply write(TestNode node, int i) {
    return node.post(
        "/collections/c/vectors",
        "{\"vectors\": [{\"id\": \"v" + i + "\", \"vector\": [" + "1,".repeat(1023) + i + "]}]}");
  }

  @Test
  void collection_whoseFreshTierIsTooLargeForTheNode_isRefusedUntilItIsBuilt() throws Exception {
    try (TestNode node = TestNode.start(folder, "--fresh-bytes-max", "1000000")) {
      node.post("/collections", "{\"name\": \"c\", \"vector_dim\": 64, \"distance\": \"l2\"}")
          .expect(201);
      VectorCollection collection =
          node.catalog().open(TestNode.context(), new CollectionName("c"));
      try (SegmentWriter writer = collection.newSegment(folder.resolve("s"))) {
        for (int i = 0; i < 5000; i++) {
          float[] vector = new float[64];
          vector[i % 64] = i + 1;
          writer.add(VectorRecord.upsert("v" + i, i, vector, null));
        }
        collection.append(List.of(writer.finish()), null, 0);
      }
      String query = "{\"vector\": [" + "0,".repeat(63) + "64], \"k\": 1, \"recall\": 1}";
      assertThat(node.post("/collections/c/search", query).expect(503).code())
          .isEqualTo("build_needed");
      assertThat(node.get("/collections/c").expect(200).json().get("vector_count").asInt())
          .isEqualTo(5000);
      node.post("/collections/c/index", "{}").expect(202);

      Manifest built = new TestBuilds(node.store(), folder).build(collection, 2);

      assertThat(built.freshRows()).isZero();
      Reply found = node.post("/collections/c/search", query).expect(200);
      assertThat(found.json().at("/results/0/id").asText()).isEqualTo("v63");
    }
  }
}
