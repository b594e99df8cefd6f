package io.akidb.bench;

import io.akidb.bench.identities.PoliciesReport;
import io.akidb.bench.identities.PoliciesRun;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** Options of the measurement of {@code sync-policies}. */
final class PolicyOptions {
  @Option(
      names = "--policies",
      arity = "0..1",
      defaultValue = "0",
      fallbackValue = "1000",
      paramLabel = "COUNT",
      description = {
        "instead: so many policies (default: ${FALLBACK-VALUE}) in a MinIO of its own,",
        "made, and kept in step"
      })
  private int policies;

  /** Whether policies are to be measured. */
  boolean isAsked() {
    return policies != 0;
  }

  PoliciesReport run(Path home, int rounds, Clock clock, Consumer<String> progress) {
    String root = System.getenv("AKIDB_HOME");
    if (root == null) {
      throw new BenchException("AKIDB_HOME is not set, which ./akidb bench does");
    }
    PoliciesRun.Options options =
        new PoliciesRun.Options(
            Path.of(root),
            home.resolve("policies"),
            ProcessHandle.current().info().command().map(Path::of).orElse(Path.of("java")),
            policies,
            rounds);
    return new PoliciesRun(options, MachineFacts.read(), clock, progress).run();
  }
}
