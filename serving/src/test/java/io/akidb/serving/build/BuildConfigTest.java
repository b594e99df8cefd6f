package io.akidb.serving.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BuildConfigTest {
  @Test
  void job_inheritsTheBucketAndNoOtherSettingOfTheNode() {
    Map<String, String> inherited =
        new HashMap<>(
            Map.of(
                "PATH", "/bin",
                "AKIDB_JAVA", "/jdk/bin/java",
                "AKIDB_BUCKET", "s3://other",
                "AKIDB_ADMIN_API_KEY", "akidb_admin",
                "AKIDB_METRICS_KEY", "metrics",
                "AKIDB_REDIS_URL", "redis://:secret@localhost",
                "AKIDB_AUDIT_KEY_FILE", "/etc/akidb/audit.key"));

    new BuildConfig(List.of("build"), Path.of("logs"), Map.of("AKIDB_BUCKET", "s3://vectors"))
        .applyTo(inherited);

    assertThat(inherited)
        .containsOnly(
            Map.entry("PATH", "/bin"),
            Map.entry("AKIDB_JAVA", "/jdk/bin/java"),
            Map.entry("AKIDB_BUCKET", "s3://vectors"));
  }
}
