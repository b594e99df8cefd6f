package io.akidb.build;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.akidb.objectstore.BucketConfig;
import java.net.URI;
import java.util.UUID;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** The MinIO that {@code ./akidb test} starts. */
final class TestMinio {
  private TestMinio() {}

  /** A new bucket, under a prefix; skips the test where there is no MinIO. */
  static BucketConfig newBucket() {
    String endpoint = System.getenv("AKIDB_TEST_MINIO");
    assumeTrue(
        endpoint != null,
        "skipped: reads s3a:// from a real MinIO; run ./akidb test, or set AKIDB_TEST_MINIO and its _ACCESS_KEY and _SECRET_KEY");
    String access = System.getenv("AKIDB_TEST_MINIO_ACCESS_KEY");
    String secret = System.getenv("AKIDB_TEST_MINIO_SECRET_KEY");
    String bucket = "build-" + UUID.randomUUID();
    try (S3Client client =
        S3Client.builder()
            .endpointOverride(URI.create(endpoint))
            .forcePathStyle(true)
            .region(Region.of(BucketConfig.DEFAULT_REGION))
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create(access, secret)))
            .build()) {
      client.createBucket(request -> request.bucket(bucket));
    }
    return new BucketConfig(
        "s3://" + bucket + "/some/prefix",
        URI.create(endpoint),
        BucketConfig.DEFAULT_REGION,
        access,
        secret);
  }
}
