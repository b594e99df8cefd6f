package io.akidb.objectstore;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which bucket, and how to reach it. {@link ObjectStores#open} turns it into a store.
 *
 * @param bucket a local directory, or {@code s3://bucket[/prefix]}
 * @param endpoint of the S3 service, as {@code http://127.0.0.1:9000}; null for AWS
 * @param region of the bucket
 * @param accessKey null for a local directory
 * @param secretKey null for a local directory
 */
public record BucketConfig(
    String bucket,
    @Nullable URI endpoint,
    String region,
    @Nullable String accessKey,
    @Nullable String secretKey) {

  /** The region that MinIO answers to unless told otherwise. */
  public static final String DEFAULT_REGION = "us-east-1";

  /** Whether the bucket is an S3 one rather than a local directory. */
  public boolean isS3() {
    return bucket.startsWith("s3://");
  }

  /**
   * Reads {@code AKIDB_BUCKET}, {@code AKIDB_ENDPOINT}, {@code AKIDB_REGION}, and the credentials
   * {@code AKIDB_ACCESS_KEY} and {@code AKIDB_SECRET_KEY}, or {@code AWS_ACCESS_KEY_ID} and {@code
   * AWS_SECRET_ACCESS_KEY}.
   *
   * @param bucket overrides {@code AKIDB_BUCKET} unless null
   * @param endpoint overrides {@code AKIDB_ENDPOINT} unless null
   * @throws InvalidRequestException naming the variable that is missing or wrong
   */
  public static BucketConfig fromEnvironment(
      Map<String, String> environment, @Nullable String bucket, @Nullable String endpoint) {
    String uri = bucket != null ? bucket : environment.get("AKIDB_BUCKET");
    if (uri == null) {
      throw new InvalidRequestException("AKIDB_BUCKET is missing", null);
    }
    return new BucketConfig(
        uri, endpoint == null ? null : URI.create(endpoint), DEFAULT_REGION, null, null);
  }

  @Override
  public String toString() {
    return "BucketConfig[bucket=" + bucket + ", endpoint=" + endpoint + ", region=" + region + "]";
  }
}
