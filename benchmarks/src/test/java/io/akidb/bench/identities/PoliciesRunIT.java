package io.akidb.bench.identities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.akidb.bench.identities.PoliciesReport.Pass;
import io.akidb.bench.measure.Report;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The measurement of policies, of a few, with a real MinIO and the real command. */
class PoliciesRunIT {
  @TempDir Path home;

  @Test
  void policies_aFew_areMadeAndKeptInStep() throws Exception {
    assumeTrue(
        System.getenv("AKIDB_TEST_MINIO") != null,
        "skipped: a MinIO of the run's own. './akidb test' builds it");
    Report.Machine machine = new Report.Machine("a processor", 1, 1, "25", 0.5);
    PoliciesRun.Options options =
        new PoliciesRun.Options(
            Path.of("..").toAbsolutePath().normalize(),
            home,
            Path.of(System.getProperty("java.home"), "bin", "java"),
            6,
            1);
    List<String> progress = new ArrayList<>();

    PoliciesReport report =
        new PoliciesRun(options, machine, Clock.systemUTC(), progress::add).run();

    assertThat(report.tenants()).isEqualTo(2);
    assertThat(report.policies()).isEqualTo(7);
    assertThat(report.passes().stream().map(Pass::changes)).containsExactly(21, 0, 3, 9, 6);
    assertThat(report.passes()).allMatch(pass -> pass.seconds() > 0);
    assertThat(report.passes()).allMatch(pass -> pass.slowestSeconds() >= pass.seconds());
    if (ProcessorTime.isKnown()) {
      assertThat(report.passes()).allMatch(pass -> pass.commandCpuSeconds() > 0);
      assertThat(report.passes().getFirst().storeCpuSeconds()).isPositive();
    }
    assertThat(new PoliciesTable(report).text())
        .contains("7 policies and users of 2 tenants", "| all is new", "| 1 % more tenants");
    assertThat(progress).contains("round 1 of 1");
    assertThat(home.resolve("services/minio/pid")).as("it was stopped").doesNotExist();
    try (var files = Files.list(home.resolve("work/credentials"))) {
      assertThat(files).as("node.env, and a folder for each tenant").hasSize(4);
    }
  }
}
