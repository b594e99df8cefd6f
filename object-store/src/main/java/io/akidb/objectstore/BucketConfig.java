package io.akidb.objectstore;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which bucket, and how to reach it. {@link ObjectStores#open} turns it into a store. Immutable.
 *
 * @param bucket a local directory, or {@code s3://bucket[/prefix]}; without a slash at its end
 * @param endpoint of the S3 service, as {@code http://127.0.0.1:9000}; null for AWS
 * @param region of the bucket
 * @param accessKey null for a local directory
 * @param secretKey null for a local directory; never printed
 */
public record BucketConfig(
    String bucket,
    @Nullable URI endpoint,
    String region,
    @Nullable String accessKey,
    @Nullable String secretKey) {

  /** The region that MinIO answers to unless told otherwise. */
  public static final String DEFAULT_REGION = "us-east-1";

  /** Longest prefix, so that prefix and key stay under S3's 1,024 bytes. */
  static final int PREFIX_LENGTH_MAX = 1024 - ObjectKeys.KEY_LENGTH_MAX - 1;

  private static final String S3 = "s3://";
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:/.*");
  private static final Pattern BUCKET_NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
  private static final Pattern REGION = Pattern.compile("[A-Za-z0-9-]{1,64}");

  /**
   * Checks everything that can be wrong without asking the service.
   *
   * @throws InvalidRequestException naming what is wrong and its remedy
   */
  public BucketConfig {
    bucket = withoutEndSlashes(bucket);
    if (bucket.isBlank()) {
      throw new InvalidRequestException(
          "the bucket is empty: set AKIDB_BUCKET (--bucket) to a directory or s3://bucket/prefix",
          null);
    }
    if (bucket.startsWith(S3)) {
      requireValidName(bucket);
    } else if (SCHEME.matcher(bucket).matches()) {
      throw new InvalidRequestException(
          "the bucket '" + bucket + "' is neither a directory's path nor s3://bucket/prefix", null);
    }
    requireValidEndpoint(endpoint);
    if (!REGION.matcher(region).matches()) {
      throw new InvalidRequestException(
          "AKIDB_REGION '" + region + "' is no region's name, such as us-east-1", null);
    }
    if ((accessKey == null) != (secretKey == null)) {
      throw new InvalidRequestException(
          "AKIDB_ACCESS_KEY and AKIDB_SECRET_KEY go together; one of them is missing", null);
    }
  }

  private static String withoutEndSlashes(String bucket) {
    int end = bucket.length();
    while (end > 1 && bucket.charAt(end - 1) == '/') {
      end--;
    }
    // "s3://" alone keeps its form, for the message about its missing name.
    return bucket.startsWith(S3) && end < S3.length() ? S3 : bucket.substring(0, end);
  }

  private static void requireValidName(String bucket) {
    String name = nameOf(bucket);
    if (!BUCKET_NAME.matcher(name).matches() || name.contains("..")) {
      throw new InvalidRequestException(
          "'"
              + name
              + "' in '"
              + bucket
              + "' is no bucket name: 3 to 63 of a-z, 0-9, '.' and '-', as in s3://bucket/prefix",
          null);
    }
    String prefix = prefixOf(bucket);
    if (prefix.length() > PREFIX_LENGTH_MAX) {
      throw new InvalidRequestException(
          "the prefix in '" + name + "' has more than " + PREFIX_LENGTH_MAX + " characters", null);
    }
    if (!prefix.isEmpty()) {
      ObjectKeys.requireValid(prefix);
    }
  }

  private static void requireValidEndpoint(@Nullable URI endpoint) {
    if (endpoint == null) {
      return;
    }
    String path = endpoint.getPath();
    boolean http = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
    if (!http
        || endpoint.getHost() == null
        || endpoint.getUserInfo() != null
        || endpoint.getQuery() != null
        || !(path == null || path.isEmpty() || path.equals("/"))) {
      // User information may hold a password, so the value itself stays out.
      throw new InvalidRequestException(
          "AKIDB_ENDPOINT (--endpoint) must be http:// or https://, a host and a port only,"
              + " such as http://127.0.0.1:9000",
          null);
    }
  }

  /** Whether the bucket is an S3 one rather than a local directory. */
  public boolean isS3() {
    return bucket.startsWith(S3);
  }

  /** The S3 bucket's name, without its prefix. For an S3 one only. */
  public String bucketName() {
    return nameOf(bucket);
  }

  /** What stands before each key in the S3 bucket: empty, or ending with a slash. For S3 only. */
  public String keyPrefix() {
    String prefix = prefixOf(bucket);
    return prefix.isEmpty() ? "" : prefix + "/";
  }

  private static String nameOf(String bucket) {
    int slash = bucket.indexOf('/', S3.length());
    return slash < 0 ? bucket.substring(S3.length()) : bucket.substring(S3.length(), slash);
  }

  private static String prefixOf(String bucket) {
    int slash = bucket.indexOf('/', S3.length());
    return slash < 0 ? "" : bucket.substring(slash + 1);
  }

  /**
   * Reads {@code AKIDB_BUCKET}, {@code AKIDB_ENDPOINT} (or {@code AWS_ENDPOINT_URL_S3}, {@code
   * AWS_ENDPOINT_URL}), {@code AKIDB_REGION} (or {@code AWS_REGION}, {@code AWS_DEFAULT_REGION}),
   * and the credentials {@code AKIDB_ACCESS_KEY} and {@code AKIDB_SECRET_KEY}, or {@code
   * AWS_ACCESS_KEY_ID} and {@code AWS_SECRET_ACCESS_KEY}. An empty value counts as missing. For a
   * local directory only the bucket is read.
   *
   * @param bucket overrides {@code AKIDB_BUCKET} unless null
   * @param endpoint overrides {@code AKIDB_ENDPOINT} unless null
   * @throws InvalidRequestException naming the variable that is missing or wrong
   */
  public static BucketConfig fromEnvironment(
      Map<String, String> environment, @Nullable String bucket, @Nullable String endpoint) {
    String url = bucket != null ? bucket : first(environment, "AKIDB_BUCKET");
    if (url == null) {
      throw new InvalidRequestException(
          "AKIDB_BUCKET is missing: set it (or --bucket) to a directory or s3://bucket/prefix",
          null);
    }
    if (!url.startsWith(S3)) {
      return new BucketConfig(url, null, DEFAULT_REGION, null, null);
    }
    String at =
        endpoint != null
            ? endpoint
            : first(environment, "AKIDB_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
    String region = first(environment, "AKIDB_REGION", "AWS_REGION", "AWS_DEFAULT_REGION");
    // Never half of one pair and half of the other.
    boolean own =
        first(environment, "AKIDB_ACCESS_KEY") != null
            || first(environment, "AKIDB_SECRET_KEY") != null;
    if (!own && first(environment, "AWS_SESSION_TOKEN") != null) {
      throw new InvalidRequestException(
          "AWS_SESSION_TOKEN: temporary credentials are not taken, as a node outlives them;"
              + " set AKIDB_ACCESS_KEY and AKIDB_SECRET_KEY",
          null);
    }
    return new BucketConfig(
            url,
            at == null ? null : uri(at),
            region == null ? DEFAULT_REGION : region,
            first(environment, own ? "AKIDB_ACCESS_KEY" : "AWS_ACCESS_KEY_ID"),
            first(environment, own ? "AKIDB_SECRET_KEY" : "AWS_SECRET_ACCESS_KEY"))
        .requireCredentials();
  }

  /**
   * Answers this if it has credentials or needs none.
   *
   * @throws InvalidRequestException otherwise
   */
  BucketConfig requireCredentials() {
    if (isS3() && accessKey == null) {
      throw new InvalidRequestException(
          "no credentials for " + bucket + ": set AKIDB_ACCESS_KEY and AKIDB_SECRET_KEY", null);
    }
    return this;
  }

  private static @Nullable String first(Map<String, String> environment, String... names) {
    for (String name : names) {
      String value = environment.get(name);
      if (value != null && !value.isBlank()) {
        return value.strip();
      }
    }
    return null;
  }

  private static URI uri(String endpoint) {
    try {
      return new URI(endpoint);
    } catch (URISyntaxException e) {
      throw new InvalidRequestException(
          "AKIDB_ENDPOINT (--endpoint) is no URL; it is to be such as http://127.0.0.1:9000", null);
    }
  }

  /** All but the credentials. */
  @Override
  public String toString() {
    return "BucketConfig[bucket=" + bucket + ", endpoint=" + endpoint + ", region=" + region + "]";
  }
}
