package io.akidb.bench.identities;

import io.akidb.bench.measure.Report;
import java.util.List;

/**
 * What keeping a MinIO's policies in step takes.
 *
 * @param date when, UTC
 * @param machine where
 * @param policies how many, and as many users
 * @param tenants whose they are
 * @param rounds of which medians are taken
 * @param passes what was measured
 */
public record PoliciesReport(
    String date, Report.Machine machine, int policies, int tenants, int rounds, List<Pass> passes) {

  /** Copies the list. */
  public PoliciesReport {
    passes = List.copyOf(passes);
  }

  /**
   * One state of the store from which it is brought into line.
   *
   * @param name what had happened
   * @param changes that had to be made
   * @param seconds from the start of {@code sync-policies} as a process to its end
   * @param slowestSeconds of the rounds
   * @param commandCpuSeconds processor time of that process; negative where the system does not
   *     tell
   * @param storeCpuSeconds processor time of the MinIO meanwhile; negative where the system does
   *     not tell
   */
  public record Pass(
      String name,
      int changes,
      double seconds,
      double slowestSeconds,
      double commandCpuSeconds,
      double storeCpuSeconds) {}
}
