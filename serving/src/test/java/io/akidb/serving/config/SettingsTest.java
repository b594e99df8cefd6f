package io.akidb.serving.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.serving.build.BuildConfig;
import io.akidb.serving.collection.CollectionsConfig;
import io.akidb.serving.ingest.IngestConfig;
import io.akidb.serving.rest.HttpConfig;
import io.akidb.serving.search.SearchConfig;
import io.akidb.serving.shard.ShardCacheConfig;
import io.akidb.serving.tenant.TenantConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  @TempDir Path folder;

  @Test
  void defaults_ofEveryFeature_areThese() {
    Settings settings = Settings.read(List.of(), Map.of());

    HttpConfig http = HttpConfig.of(settings);
    assertThat(http)
        .isEqualTo(
            new HttpConfig("127.0.0.1", 8080, 32 << 20, 256, 2048, Duration.ofSeconds(10), 20));
    assertThat(ShardCacheConfig.of(settings).bytesMax()).isEqualTo(10L << 30);
    assertThat(ShardCacheConfig.of(settings).folder()).hasFileName("akidb-cache-8080");
    CollectionsConfig collections = CollectionsConfig.of(settings);
    assertThat(collections.openMax()).isEqualTo(256);
    assertThat(collections.idle()).isEqualTo(Duration.ofMinutes(15));
    assertThat(collections.followInterval()).isEqualTo(Duration.ofMillis(250));
    assertThat(collections.snapshotsMax()).isEqualTo(8);
    assertThat(collections.freshBytesMax())
        .isEqualTo((long) (Runtime.getRuntime().maxMemory() * 0.4));
    assertThat(IngestConfig.of(settings, folder))
        .isEqualTo(
            new IngestConfig(
                Duration.ofMillis(2), 10_000, 64 << 20, Duration.ofSeconds(30), folder));
    assertThat(SearchConfig.of(settings))
        .isEqualTo(
            new SearchConfig(
                Runtime.getRuntime().availableProcessors(), 10_000, Duration.ofSeconds(30)));
    assertThat(BuildConfig.of(settings, folder))
        .isEqualTo(new BuildConfig(List.of(), folder, Map.of()));
  }

  @Test
  void connections_beyondTheThreadsThereMayBe_areRefused() {
    Settings most = Settings.read(List.of("--connections-max", "8192"), Map.of());
    assertThat(HttpConfig.of(most).connectionsMax()).isEqualTo(8192);
    Settings more = Settings.read(List.of("--connections-max", "8193"), Map.of());
    assertThatThrownBy(() -> HttpConfig.of(more))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("connections-max must be a whole number from 1 to 8192");
  }

  @Test
  void sources_namingTheSame_winInOrder() throws IOException {
    Path file = folder.resolve("akidb.properties");
    Files.writeString(file, "port = 1\nhost = file\ncache-bytes = 5000000\n");
    Map<String, String> environment =
        Map.of(
            "AKIDB_PORT",
            "2",
            "AKIDB_HOST",
            "env",
            "AKIDB_HOME",
            "/x",
            "AKIDB_TEST_MINIO",
            "y",
            "PATH",
            "z");

    Settings settings =
        Settings.read(List.of("--port=3", "--config", file.toString()), environment);

    assertThat(settings.text(Setting.PORT)).contains("3");
    assertThat(settings.text(Setting.HOST)).contains("env");
    assertThat(settings.number(Setting.CACHE_BYTES, 0, 10_000_000)).isEqualTo(5_000_000);
    assertThat(Settings.read(List.of(), Map.of("AKIDB_CONFIG", file.toString())).text(Setting.PORT))
        .contains("1");
  }

  @Test
  void buildCommand_isSplitIntoWords() {
    Settings settings =
        Settings.read(
            List.of(
                "--build-command",
                "/x/akidb build --pending",
                "--build-log-dir",
                "/logs",
                "--bucket",
                "/b"),
            Map.of());
    assertThat(BuildConfig.of(settings, folder))
        .isEqualTo(
            new BuildConfig(
                List.of("/x/akidb", "build", "--pending"),
                Path.of("/logs"),
                Map.of("AKIDB_BUCKET", "/b")));
  }

  @Test
  void wrongSettings_areNamedWithTheRemedy() throws IOException {
    refused(List.of("--prot", "1"), Map.of(), "--prot; did you mean 'port'?");
    refused(List.of("--port"), Map.of(), "--port needs a value");
    refused(List.of("port"), Map.of(), "must be a --flag");
    refused(List.of("--secret-key", "x"), Map.of(), "set AKIDB_SECRET_KEY");
    refused(List.of("--redis-url", "redis://:pw@h:1"), Map.of(), "set AKIDB_REDIS_URL");
    refused(List.of(), Map.of("AKIDB_CACHE_BYTE", "1"), "did you mean 'AKIDB_CACHE_BYTES'?");
    refused(List.of("--config", folder.resolve("none").toString()), Map.of(), "cannot be read");
    Path file = folder.resolve("bad.properties");
    Files.writeString(file, "cahce-dir = x\n");
    refused(List.of("--config", file.toString()), Map.of(), "did you mean 'cache-dir'?");
    assertThatThrownBy(() -> HttpConfig.of(Settings.read(List.of("--port", "99999"), Map.of())))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("port must be a whole number from 0 to 65535");
    assertThatThrownBy(
            () ->
                TenantConfig.of(
                    Settings.read(List.of(), Map.of("AKIDB_REDIS_URL", "http://:pw@redis:6379"))))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("redis-url must be redis://")
        .message()
        .doesNotContain("pw@");
    assertThatThrownBy(() -> HttpConfig.of(Settings.read(List.of("--port", "x"), Map.of())))
        .isInstanceOf(InvalidSettingException.class);
  }

  private static void refused(
      List<String> arguments, Map<String, String> environment, String says) {
    assertThatThrownBy(() -> Settings.read(arguments, environment))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining(says);
  }
}
