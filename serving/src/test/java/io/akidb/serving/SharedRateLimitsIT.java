package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStores;
import io.akidb.serving.TestNode.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes with one Redis hold one limit. */
class SharedRateLimitsIT {
  private static final int LIMIT = 20;
  private static final int CALLS = 60;

  @TempDir Path folder;

  private TestNode start(Path config, String cache) {
    Path bucket = folder.resolve("bucket");
    return TestNode.start(
        bucket,
        ObjectStores.open(
            new BucketConfig(bucket.toString(), null, BucketConfig.DEFAULT_REGION, null, null)),
        folder.resolve(cache),
        "--rate-limit-nodes",
        "2",
        "--config",
        config.toString());
  }

  private static int admitted(TestNode client) {
    int admitted = 0;
    for (int i = 0; i < CALLS; i++) {
      Reply reply = client.get("/collections");
      assertThat(reply.status()).isIn(200, 429);
      assertThat(reply.header("RateLimit-Limit")).isEqualTo(Integer.toString(LIMIT));
      admitted += reply.status() == 200 ? 1 : 0;
    }
    return admitted;
  }

  @Test
  void twoNodes_withOneRedis_admitTogetherWhatTheLimitSays() throws Exception {
    String redis = System.getenv("AKIDB_TEST_REDIS");
    assumeTrue(
        redis != null,
        "skipped: nodes with a real Redis. './akidb test' starts one, or set AKIDB_TEST_REDIS=host:port");
    Path config = folder.resolve("node.properties");
    Files.writeString(config, "redis-url=redis://" + redis + "/7");
    try (TestNode one = start(config, "cache-1");
        TestNode two = start(config, "cache-2")) {
      for (TestNode node : new TestNode[] {one, two}) {
        assertThat(node.get("/health/ready").expect(200).json().get("rate_limits").asText())
            .isEqualTo("shared");
      }
      String key =
          one.post(
                  "/tenants",
                  "{\"name\": \"acme\", \"quotas\": {\"api_rate_limit_per_second\": "
                      + LIMIT
                      + "}}")
              .expect(201)
              .json()
              .get("api_key")
              .asText();
      long start = System.nanoTime();
      int first = admitted(one.as(key));
      int second = admitted(two.as(key));
      double seconds = (System.nanoTime() - start) / 1e9;

      assertThat(first).as("the whole burst, on one node").isGreaterThanOrEqualTo(LIMIT);
      assertThat((double) (first + second))
          .as("%d and %d in %s s", first, second, seconds)
          .isLessThanOrEqualTo(1.1 * LIMIT * (1 + seconds));
      assertThat(new String(one.get("/metrics").http().body(), StandardCharsets.UTF_8))
          .contains("akidb_rate_limits_shared 1.0");
    }
  }
}
