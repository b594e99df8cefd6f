package io.akidb.objectstore;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;

/** The MinIO that {@code ./akidb test} starts. */
final class TestMinio {
  private TestMinio() {}

  /** A prefix of the tests' bucket; skips the test where there is no MinIO. */
  static BucketConfig config(String prefix) {
    return of("s3://akidb-test/" + prefix);
  }

  static BucketConfig of(String bucket) {
    String endpoint = System.getenv("AKIDB_TEST_MINIO");
    assumeTrue(
        endpoint != null,
        "skipped: the object store on a real MinIO. './akidb test' starts one, or set"
            + " AKIDB_TEST_MINIO, AKIDB_TEST_MINIO_ACCESS_KEY and AKIDB_TEST_MINIO_SECRET_KEY");
    return new BucketConfig(
        bucket,
        URI.create(endpoint),
        BucketConfig.DEFAULT_REGION,
        System.getenv("AKIDB_TEST_MINIO_ACCESS_KEY"),
        System.getenv("AKIDB_TEST_MINIO_SECRET_KEY"));
  }
}
