package io.akidb.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AkidbNodeTest {
  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(Map<String, String> environment, String... arguments) {
    return AkidbNode.run(
        List.of(arguments),
        environment,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private String errors() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void help_listsEverySetting() {
    assertThat(run(Map.of(), "--help")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("--bucket", "--cache-bytes", "AKIDB_SECRET_KEY", "[8080]")
        .doesNotContain("--secret-key");
  }

  @Test
  void start_withoutABucket_isAUsageError() {
    assertThat(run(Map.of())).isEqualTo(2);
    assertThat(errors()).contains("AKIDB_BUCKET");
  }

  @Test
  void start_withAnUnknownVariable_namesTheNearest() {
    assertThat(run(Map.of("AKIDB_BUKET", "x"))).isEqualTo(2);
    assertThat(errors()).contains("AKIDB_BUKET").contains("did you mean 'AKIDB_BUCKET'?");
  }

  @Test
  void start_withAPortThatIsTaken_failsWithAWord() throws IOException {
    try (TestNode node = TestNode.start(folder)) {
      int code =
          run(
              Map.of("AKIDB_BUCKET", folder.resolve("b2").toString()),
              "--port",
              Integer.toString(node.node().port()),
              "--cache-dir",
              folder.resolve("c2").toString());
      assertThat(code).isEqualTo(1);
      assertThat(errors())
          .contains("cannot start", "in use", ":" + node.node().port(), "another by --port");
    }
    // What was opened before the port was found taken is closed again: the folder is free.
    TestNode.start(
            folder.resolve("b2"),
            io.akidb.objectstore.ObjectStores.open(
                new io.akidb.objectstore.BucketConfig(
                    folder.resolve("b2").toString(), null, "us-east-1", null, null)),
            folder.resolve("c2"))
        .close();
  }

  @Test
  void start_withACacheFolderInUse_failsWithAWord() {
    try (TestNode node = TestNode.start(folder)) {
      int code =
          run(
              Map.of("AKIDB_BUCKET", node.bucket().toString()),
              "--port",
              "0",
              "--cache-dir",
              folder.resolve("cache").toString());
      assertThat(code).isEqualTo(1);
      assertThat(errors()).contains("in use by another node");
    }
  }

  @Test
  void start_withAShortOperatorKey_failsWithAWord() throws IOException {
    int code =
        run(
            Map.of("AKIDB_ADMIN_API_KEY", "short", "AKIDB_BUCKET", folder.resolve("b").toString()),
            "--port",
            "0",
            "--cache-dir",
            folder.resolve("c").toString());
    assertThat(code).isEqualTo(1);
    assertThat(errors()).contains("AKIDB_ADMIN_API_KEY").doesNotContain("short\n");
    assertThat(Files.exists(folder.resolve("c/node.lock"))).isFalse();
  }
}
