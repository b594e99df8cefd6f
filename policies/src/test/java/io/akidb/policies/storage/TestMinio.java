package io.akidb.policies.storage;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.akidb.objectstore.BucketConfig;
import io.minio.GetObjectArgs;
import io.minio.MinioClient;
import io.minio.admin.MinioAdminClient;
import io.minio.credentials.AssumeRoleProvider;
import io.minio.credentials.Credentials;
import java.io.InputStream;
import java.net.URI;
import java.security.GeneralSecurityException;
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

  /** Temporary credentials, as whoever has an access key may take them. */
  static Credentials assumeRole(BucketConfig bucket) throws GeneralSecurityException {
    return new AssumeRoleProvider(
            String.valueOf(bucket.endpoint()),
            String.valueOf(bucket.accessKey()),
            String.valueOf(bucket.secretKey()),
            null,
            null,
            bucket.region(),
            null,
            null,
            null,
            null)
        .fetch();
  }

  /** Reads an object with whatever credentials. */
  static byte[] read(BucketConfig bucket, Credentials credentials, String key) throws Exception {
    MinioClient client =
        MinioClient.builder()
            .endpoint(String.valueOf(bucket.endpoint()))
            .region(bucket.region())
            .credentialsProvider(() -> credentials)
            .build();
    try (client;
        InputStream object =
            client.getObject(
                GetObjectArgs.builder()
                    .bucket(bucket.bucketName())
                    .object(bucket.keyPrefix() + key)
                    .build())) {
      return object.readAllBytes();
    }
  }
}
