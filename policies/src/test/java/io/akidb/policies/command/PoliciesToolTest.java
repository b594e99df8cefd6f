package io.akidb.policies.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.objectstore.BucketConfig;
import io.akidb.objectstore.ObjectStore;
import io.akidb.objectstore.ObjectStores;
import io.akidb.policies.audit.AuditConfig;
import io.akidb.policies.audit.AuditEvent;
import io.akidb.policies.audit.AuditLog;
import io.akidb.policies.audit.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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

  private Run on(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--bucket", folder.resolve("bucket").toString()));
    return Run.of(Map.of(), all.toArray(String[]::new));
  }

  private void write(String who) {
    try (LocalBucket bucket = new LocalBucket(folder.resolve("bucket"));
        AuditLog log =
            new AuditLog(
                bucket.store(),
                Clock.systemUTC(),
                new SecureRandom(),
                "n",
                null,
                AuditConfig.USUAL)) {
      log.require(AuditEvent.of(who, "tenants.create", "tenants", null, Outcome.SUCCEEDED));
    }
  }

  private record LocalBucket(ObjectStore store) implements AutoCloseable {
    LocalBucket(Path folder) {
      this(ObjectStores.open(new BucketConfig(folder.toString(), null, "us-east-1", null, null)));
    }

    @Override
    public void close() {
      store.close();
    }
  }

  @Test
  void auditExport_ofALog_printsEachEventOnALine() {
    write("key:one");
    write("key:two");

    assertThat(on("audit-export").out().lines()).hasSize(2).allMatch(line -> line.startsWith("{"));
    assertThat(on("audit-export", "--who", "key:two").out().lines())
        .singleElement()
        .asString()
        .contains("\"action\":\"tenants.create\"", "\"who\":\"key:two\"");
    assertThat(on("audit-export", "--to", "2020-01-01T00:00:00Z", "--outcome", "denied").out())
        .isEmpty();
    isUsage("--from is no time", "audit-export", "--from", "x", "--bucket", folder.toString());
    isUsage("--tenant", "audit-export", "--tenant", "../x", "--bucket", folder.toString());
    isUsage("--outcome is one of", "audit-export", "--outcome", "x", "--bucket", folder.toString());
  }

  @Test
  void auditVerify_withACheckpoint_missesWhatWasCutOffWithItsHead() throws IOException {
    write("key:one");
    String checkpoint = folder.resolve("checkpoint").toString();
    Run first = on("audit-verify", "--checkpoint", checkpoint);
    assertThat(first.code()).as("%s", first).isZero();
    assertThat(first.out()).contains("\"sound\":true", "\"chains\":1");
    write("key:two");
    assertThat(on("audit-verify", "--checkpoint", checkpoint).code()).isZero();
    assertThat(Path.of(checkpoint)).content().hasLineCount(2);

    try (Stream<Path> files = Files.walk(folder.resolve("bucket/akidb/system/audit"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }
    assertThat(on("audit-verify").code()).as("nothing left to tell").isZero();
    Run cut = on("audit-verify", "--checkpoint", checkpoint);
    assertThat(cut.code()).isEqualTo(1);
    assertThat(cut.out()).contains("\"kind\":\"missing\"", "\"sound\":false");
    assertThat(Path.of(checkpoint)).as("kept as it was").content().hasLineCount(2);
    isUsage("cannot read", "audit-verify", "--root-key", "/x/y", "--bucket", folder.toString());
  }
}
