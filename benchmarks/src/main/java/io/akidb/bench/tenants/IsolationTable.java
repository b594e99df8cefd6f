package io.akidb.bench.tenants;

import com.google.errorprone.annotations.FormatMethod;
import java.util.Locale;

/** A report of isolation as text, in columns that Markdown understands, too. */
public final class IsolationTable {
  private final IsolationReport report;

  /** Of a report. */
  public IsolationTable(IsolationReport report) {
    this.report = report;
  }

  /** All of it. */
  public String text() {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "%s: %,d x %d, %s, one built shard, one connection, medians of %d rounds of %,d searches,"
            + " %s",
        report.data().name(),
        report.data().rows(),
        report.data().dimension(),
        report.data().metric(),
        report.rounds(),
        report.searchesPerRound(),
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
        "| %-24s | %8s | %8s | %8s | %8s | %8s |",
        "way",
        "p50 ms",
        "p99 ms",
        "cpu ms",
        "p50 x",
        "cpu x");
    line(text, "|---|---|---|---|---|---|");
    for (IsolationReport.Way way : report.ways()) {
      line(
          text,
          "| %-24s | %8.3f | %8.3f | %8.3f | %8.3f | %8.3f |",
          way.name(),
          way.p50Ms(),
          way.p99Ms(),
          way.cpuMs(),
          way.p50Share(),
          way.cpuShare());
    }
    return text.toString();
  }

  @FormatMethod
  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
