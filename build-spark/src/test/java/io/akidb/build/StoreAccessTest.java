package io.akidb.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.objectstore.BucketConfig;
import java.net.URI;
import org.junit.jupiter.api.Test;

class StoreAccessTest {
  @Test
  void hadoopSettings_minio_pathStyleAndCredentials() {
    StoreAccess access =
        new StoreAccess(
            new BucketConfig(
                "s3://bucket/some/prefix",
                URI.create("http://127.0.0.1:9000"),
                "eu-1",
                "key",
                "secret"));

    assertThat(access.hadoopSettings())
        .containsEntry("fs.s3a.endpoint", "http://127.0.0.1:9000")
        .containsEntry("fs.s3a.endpoint.region", "eu-1")
        .containsEntry("fs.s3a.path.style.access", "true")
        .containsEntry("fs.s3a.connection.ssl.enabled", "false")
        .containsEntry("fs.s3a.access.key", "key")
        .containsEntry("fs.s3a.secret.key", "secret");
    assertThat(access.path("akidb/x").toString()).isEqualTo("s3a://bucket/some/prefix/akidb/x");
    assertThat(access.toString()).doesNotContain("secret").doesNotContain("key");
  }

  @Test
  void hadoopSettings_awsWithoutKeys_leavesThemToTheChain() {
    StoreAccess access =
        new StoreAccess(new BucketConfig("s3://bucket", null, "us-east-1", null, null));

    assertThat(access.hadoopSettings())
        .doesNotContainKeys(
            "fs.s3a.endpoint", "fs.s3a.access.key", "fs.s3a.aws.credentials.provider");
    assertThat(access.root()).isEqualTo(URI.create("s3a://bucket/"));
  }

  @Test
  void path_directoryWithBlank_isAFile() {
    StoreAccess access =
        new StoreAccess(new BucketConfig("/tmp/some dir", null, "us-east-1", null, null));

    assertThat(access.hadoopSettings()).isEmpty();
    assertThat(access.path("akidb/x").toUri().getPath()).isEqualTo("/tmp/some dir/akidb/x");
  }
}
