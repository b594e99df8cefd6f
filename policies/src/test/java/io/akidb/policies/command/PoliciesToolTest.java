package io.akidb.policies.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoliciesToolTest {
  @TempDir Path folder;

  record Run(int code, String out, String err) {
    static Run of(Map<String, String> environment, String... arguments) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      int code =
          PoliciesTool.run(
              List.of(arguments),
              environment,
              Clock.systemUTC(),
              new PrintStream(out, true, StandardCharsets.UTF_8),
              new PrintStream(err, true, StandardCharsets.UTF_8));
      return new Run(
          code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
  }

  private static void isUsage(String said, String... arguments) {
    Run run = Run.of(Map.of(), arguments);
    assertThat(run.code()).as("%s", run).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains(said);
  }

  @Test
  void wrongArguments_areNamed() {
    isUsage("name a command");
    isUsage("no command 'fly'", "fly");
    isUsage("'--fly' is no option", "sync-policies", "--fly");
    isUsage("--credentials needs a value", "sync-policies", "--credentials");
    isUsage("--dry-run is given twice", "sync-policies", "--dry-run", "--dry-run");
    isUsage("AKIDB_BUCKET", "sync-policies", "--dry-run");
  }

  @Test
  void syncPolicies_ofALocalDirectory_isRefused() {
    isUsage("MinIO", "sync-policies", "--bucket", folder.toString());
  }

  @Test
  void syncPolicies_atNoUrl_isRefusedWithoutTheSecret() {
    Run run =
        Run.of(
            Map.of("AKIDB_ACCESS_KEY", "somebody", "AKIDB_SECRET_KEY", "whatever-it-is"),
            "sync-policies",
            "--bucket",
            "s3://bucket",
            "--endpoint",
            "ftp://127.0.0.1");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--endpoint").doesNotContain("whatever-it-is");
  }
}
