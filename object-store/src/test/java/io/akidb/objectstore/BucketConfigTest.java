package io.akidb.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BucketConfigTest {
  private static final Map<String, String> KEYS =
      Map.of("AKIDB_ACCESS_KEY", "access", "AKIDB_SECRET_KEY", "very-secret");

  private static Map<String, String> with(String... more) {
    Map<String, String> environment = new HashMap<>(KEYS);
    for (int i = 0; i < more.length; i += 2) {
      environment.put(more[i], more[i + 1]);
    }
    return environment;
  }

  @Test
  void localDirectory_needsNothingElse() {
    BucketConfig config =
        BucketConfig.fromEnvironment(
            Map.of("AKIDB_BUCKET", "/data/akidb/", "AKIDB_ENDPOINT", "nonsense"), null, null);

    assertThat(config.isS3()).isFalse();
    assertThat(config.bucket()).isEqualTo("/data/akidb");
    assertThat(config.endpoint()).isNull();
    assertThat(config.accessKey()).isNull();
    assertThat(BucketConfig.fromEnvironment(Map.of(), "/", null).bucket()).isEqualTo("/");
  }

  @Test
  void s3Bucket_takesAllFromTheEnvironment() {
    BucketConfig config =
        BucketConfig.fromEnvironment(
            with(
                "AKIDB_BUCKET", " s3://my.bucket-1/some/prefix/ ",
                "AKIDB_ENDPOINT", "http://127.0.0.1:9000",
                "AKIDB_REGION", "eu-west-1"),
            null,
            null);

    assertThat(config.isS3()).isTrue();
    assertThat(config.bucket()).isEqualTo("s3://my.bucket-1/some/prefix");
    assertThat(config.bucketName()).isEqualTo("my.bucket-1");
    assertThat(config.keyPrefix()).isEqualTo("some/prefix/");
    assertThat(config.endpoint()).isEqualTo(URI.create("http://127.0.0.1:9000"));
    assertThat(config.region()).isEqualTo("eu-west-1");
    assertThat(config.accessKey()).isEqualTo("access");
    assertThat(config.secretKey()).isEqualTo("very-secret");
  }

  @Test
  void arguments_overrideTheEnvironment() {
    BucketConfig config =
        BucketConfig.fromEnvironment(
            with("AKIDB_BUCKET", "/local", "AKIDB_ENDPOINT", "http://one:1"),
            "s3://bucket",
            "https://two:2/");

    assertThat(config.bucketName()).isEqualTo("bucket");
    assertThat(config.keyPrefix()).isEmpty();
    assertThat(config.endpoint()).hasHost("two");
    assertThat(config.region()).isEqualTo(BucketConfig.DEFAULT_REGION);
  }

  @Test
  void awsVariables_standInForOwnOnes_neverMixed() {
    Map<String, String> aws =
        new HashMap<>(
            Map.of(
                "AWS_ACCESS_KEY_ID", "aws-access",
                "AWS_SECRET_ACCESS_KEY", "aws-secret",
                "AWS_DEFAULT_REGION", "eu-north-1",
                "AWS_ENDPOINT_URL", "http://aws:9",
                "AKIDB_ACCESS_KEY", " "));
    BucketConfig config = BucketConfig.fromEnvironment(aws, "s3://bucket", null);
    assertThat(config.accessKey()).isEqualTo("aws-access");
    assertThat(config.secretKey()).isEqualTo("aws-secret");
    assertThat(config.region()).isEqualTo("eu-north-1");
    assertThat(config.endpoint()).hasHost("aws");

    aws.put("AKIDB_SECRET_KEY", "own");
    assertThatThrownBy(() -> BucketConfig.fromEnvironment(aws, "s3://bucket", null))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("AKIDB_ACCESS_KEY");
    aws.remove("AKIDB_SECRET_KEY");
    aws.put("AWS_SESSION_TOKEN", "token");
    assertThatThrownBy(() -> BucketConfig.fromEnvironment(aws, "s3://bucket", null))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("AWS_SESSION_TOKEN");
  }

  @Test
  void missingBucketOrCredentials_areNamed() {
    assertThatThrownBy(() -> BucketConfig.fromEnvironment(KEYS, null, null))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("AKIDB_BUCKET");
    assertThatThrownBy(() -> BucketConfig.fromEnvironment(KEYS, " ", null))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("AKIDB_BUCKET");
    assertThatThrownBy(() -> BucketConfig.fromEnvironment(Map.of(), "s3://bucket", null))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("AKIDB_ACCESS_KEY and AKIDB_SECRET_KEY");
    BucketConfig without = new BucketConfig("s3://bucket", null, "us-east-1", null, null);
    assertThatThrownBy(() -> ObjectStores.open(without))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("AKIDB_ACCESS_KEY");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://",
        "s3:///",
        "s3://ab",
        "s3://UPPER",
        "s3://under_score",
        "s3://-dash",
        "s3://a..b",
        "s3://bucket/a//b",
        "s3://bucket/.hidden",
        "s3://bucket/../other",
        "s3://user@bucket",
        "s3a://bucket",
        "gs://bucket",
        "file:///tmp/x",
        "http://127.0.0.1:9000/bucket"
      })
  void wrongBucket_isNamed(String bucket) {
    assertThatThrownBy(() -> BucketConfig.fromEnvironment(KEYS, bucket, null))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void longPrefix_isRefused() {
    String prefix = "abc/".repeat(BucketConfig.PREFIX_LENGTH_MAX / 4) + "abcd";

    assertThatThrownBy(() -> BucketConfig.fromEnvironment(KEYS, "s3://bucket/" + prefix, null))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("323");
    assertThat(
            BucketConfig.fromEnvironment(KEYS, "s3://bucket/" + prefix.substring(5), null)
                .keyPrefix())
        .hasSizeLessThanOrEqualTo(BucketConfig.PREFIX_LENGTH_MAX + 1);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:9000",
    "ftp://host",
    "http:///",
    "http://host/path",
    "http://host?query",
    "http://me:hidden-password@host",
    "http://ho st",
    "localhost"
  })
  void wrongEndpoint_isNamed_andNotPrinted(String endpoint) {
    assertThatThrownBy(() -> BucketConfig.fromEnvironment(KEYS, "s3://bucket", endpoint))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("AKIDB_ENDPOINT")
        .hasMessageNotContaining("hidden-password");
  }

  @Test
  void wrongRegion_isNamed() {
    assertThatThrownBy(
            () ->
                BucketConfig.fromEnvironment(
                    with("AKIDB_REGION", "not a region"), "s3://bucket", null))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("AKIDB_REGION");
  }

  @Test
  void secrets_neverPrint() {
    BucketConfig config =
        BucketConfig.fromEnvironment(KEYS, "s3://bucket/prefix", "http://127.0.0.1:9000");

    assertThat(config.toString())
        .contains("s3://bucket/prefix", "http://127.0.0.1:9000")
        .doesNotContain("secret", "access");
  }
}
