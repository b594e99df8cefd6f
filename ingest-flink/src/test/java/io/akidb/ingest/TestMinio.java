package io.akidb.ingest;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.akidb.objectstore.BucketConfig;
import java.net.URI;
import java.util.Map;
import java.util.UUID;

/** The MinIO that {@code ./akidb test} starts. */
final class TestMinio {
  private static final String ENDPOINT = "AKIDB_TEST_MINIO";

  private TestMinio() {}

  /** A bucket that is not there yet, and a prefix in it; skips the test where there is no MinIO. */
  static BucketConfig newBucket() {
    assumeTrue(
        System.getenv(ENDPOINT) != null,
        "skipped: streams into a real MinIO; run ./akidb test, or set AKIDB_TEST_MINIO and its"
            + " _ACCESS_KEY and _SECRET_KEY");
    return new BucketConfig(
        "s3://ingest-" + UUID.randomUUID() + "/some/prefix",
        URI.create(System.getenv(ENDPOINT)),
        BucketConfig.DEFAULT_REGION,
        System.getenv(ENDPOINT + "_ACCESS_KEY"),
        System.getenv(ENDPOINT + "_SECRET_KEY"));
  }

  /** What a process needs to reach it; nothing where there is none. */
  static Map<String, String> credentials() {
    return System.getenv(ENDPOINT) == null
        ? Map.of()
        : Map.of(
            "AKIDB_ACCESS_KEY", System.getenv(ENDPOINT + "_ACCESS_KEY"),
            "AKIDB_SECRET_KEY", System.getenv(ENDPOINT + "_SECRET_KEY"));
  }
}
