package io.akidb.bench.identities;

import com.google.errorprone.annotations.FormatMethod;
import java.util.Locale;

/** A report of policies as text, in columns that Markdown understands, too. */
public final class PoliciesTable {
  private final PoliciesReport report;

  /** Of a report. */
  public PoliciesTable(PoliciesReport report) {
    this.report = report;
  }

  /** All of it. */
  public String text() {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "%,d policies and users of %,d tenants and the nodes, a MinIO on one disk, medians of %d"
            + " rounds, %s",
        report.policies(),
        report.tenants(),
        report.rounds(),
        report.date());
    line(
        text,
        "%s, %d processors, JDK %s, load before the run %.2f%n",
        report.machine().processor(),
        report.machine().processors(),
        report.machine().jdk(),
        report.machine().loadBefore());
    line(
        text,
        "| %-32s | %8s | %8s | %8s | %11s | %10s |",
        "what had happened",
        "changes",
        "s",
        "slowest",
        "command cpu",
        "MinIO cpu");
    line(text, "|---|---|---|---|---|---|");
    for (PoliciesReport.Pass pass : report.passes()) {
      line(
          text,
          "| %-32s | %,8d | %8.2f | %8.2f | %11.2f | %10.2f |",
          pass.name(),
          pass.changes(),
          pass.seconds(),
          pass.slowestSeconds(),
          pass.commandCpuSeconds(),
          pass.storeCpuSeconds());
    }
    return text.toString();
  }

  @FormatMethod
  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
