package io.akidb.policies.storage;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.akidb.objectstore.BucketConfig;
import io.minio.admin.MinioAdminClient;
import java.net.URI;
import java.util.UUID;

/** The MinIO that {@code ./akidb test} starts. */
final class TestMinio {
  private TestMinio() {}

  /** A bucket of the test's own, with the administrator's credentials; skips without a MinIO. */
  static BucketConfig newBucket() {
    String endpoint = System.getenv("AKIDB_TEST_MINIO");
    assumeTrue(
        endpoint != null,
        "skipped: policies on a real MinIO. './akidb test' starts one, or set AKIDB_TEST_MINIO,"
            + " AKIDB_TEST_MINIO_ACCESS_KEY and AKIDB_TEST_MINIO_SECRET_KEY");
    return new BucketConfig(
        "s3://akidb-policies-" + UUID.randomUUID().toString().substring(0, 8) + "/some/prefix",
        URI.create(endpoint),
        BucketConfig.DEFAULT_REGION,
        System.getenv("AKIDB_TEST_MINIO_ACCESS_KEY"),
        System.getenv("AKIDB_TEST_MINIO_SECRET_KEY"));
  }

  static BucketConfig as(BucketConfig bucket, String accessKey, String secretKey) {
    return new BucketConfig(
        bucket.bucket(), bucket.endpoint(), bucket.region(), accessKey, secretKey);
  }

  static MinioAdminClient admin(BucketConfig bucket) {
    return MinioAdminClient.builder()
        .endpoint(String.valueOf(bucket.endpoint()))
        .region(bucket.region())
        .credentials(bucket.accessKey(), bucket.secretKey())
        .build();
  }
}
