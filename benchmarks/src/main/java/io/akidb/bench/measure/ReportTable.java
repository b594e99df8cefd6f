package io.akidb.bench.measure;

import com.google.errorprone.annotations.FormatMethod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A report as text, in columns that Markdown understands, too. */
public final class ReportTable {
  private final Report report;

  /** Whose rates the others are divided by. */
  private final String reference;

  /** Of a report, with ratios to one engine's fastest mode. */
  public ReportTable(Report report, String reference) {
    this.report = report;
    this.reference = reference;
  }

  /** All of it. */
  public String text() {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "%s: %,d x %d, %s, %,d queries, k=%d, one search thread, %s",
        report.data().name(),
        report.data().rows(),
        report.data().dimension(),
        report.data().metric(),
        report.data().queries(),
        report.k(),
        report.date());
    line(
        text,
        "%s, %d processors, %.0f GiB, JDK %s, load before the run %.2f",
        report.machine().processor(),
        report.machine().processors(),
        report.machine().memoryBytes() / (double) (1 << 30),
        report.machine().jdk(),
        report.machine().loadBefore());
    text.append('\n');
    results(text);
    if (!report.filtered().isEmpty()) {
      text.append('\n');
      filtered(text);
    }
    if (!report.cold().isEmpty()) {
      text.append('\n');
      cold(text);
    }
    report.notes().forEach(note -> line(text, "%nNote: %s", note));
    return text.toString();
  }

  private void results(StringBuilder text) {
    Optional<Report.Result> ours = report.best(reference);
    double rate = ours.map(Report::rate).orElse(0.0);
    double cpu = ours.map(result -> result.build().cpuSeconds()).orElse(0.0);
    line(
        text,
        "| %-22s | %9s | %9s | %6s | %6s | %8s | %9s | %9s | %8s | %8s | %6s |",
        "at recall@10 = 0.95",
        "QPS",
        "QPS/cpu-s",
        "p50 us",
        "p99 us",
        reference + " x",
        "build s",
        "build cpu",
        "of its",
        "B/vector",
        "MiB");
    line(text, "|%s", "---|".repeat(11));
    List<Report.Result> ordered = new ArrayList<>(report.results());
    ordered.sort(Comparator.comparingDouble(Report::rate).reversed());
    for (Report.Result result : ordered) {
      String build =
          String.format(
              Locale.ROOT,
              "%9.1f | %9.1f | %8s | %8d | %6d |",
              result.build().wallSeconds(),
              result.build().cpuSeconds(),
              ratio(cpu, result.build().cpuSeconds()),
              result.build().bytes() / report.data().rows(),
              result.build().peakBytes() >> 20);
      Curve.Reading at = result.at();
      String label = result.curve().label() + (result.reusedBuild() ? " (built before)" : "");
      if (at == null) {
        double reached =
            result.curve().points().stream().mapToDouble(Point::recall).max().orElse(0);
        line(text, "| %-22s | reaches only %.4f | | | | | %s", label, reached, build);
        continue;
      }
      line(
          text,
          "| %-22s | %9.0f | %9.0f | %6.0f | %6.0f | %8s | %s",
          label + (at.isMeasured() ? String.format(Locale.ROOT, " at %.4f", at.recall()) : ""),
          at.queriesPerSecond(),
          at.queriesPerCpuSecond(),
          at.p50Micros(),
          at.p99Micros(),
          ratio(rate, Report.rate(result)),
          build);
    }
    line(
        text,
        "%n%s x: its rate over this one's, by processor time. of its: its build CPU seconds over"
            + " this one's. MiB: largest resident size while building.",
        reference);
  }

  private void filtered(StringBuilder text) {
    line(
        text,
        "| %-22s | %8s | %5s | %7s | %9s | %9s | %10s | %7s |",
        "filtered",
        "accepted",
        "list",
        "recall",
        "QPS",
        "QPS/cpu-s",
        "unfiltered",
        "answers");
    line(text, "|%s", "---|".repeat(8));
    for (Report.Filtered row : report.filtered()) {
      line(
          text,
          "| %-22s | %7.1f%% | %5d | %7.4f | %9.0f | %9.0f | %9.0f%% | %7d |",
          row.engine() + " " + row.mode(),
          100 * row.share(),
          row.parameter(),
          row.point().recall(),
          row.point().queriesPerSecond(),
          row.point().queriesPerCpuSecond(),
          100 * row.unfilteredShare(),
          row.point().answersMin());
    }
  }

  private void cold(StringBuilder text) {
    line(
        text,
        "| %-22s | %5s | %7s | %8s | %8s | %8s |",
        "nothing in memory",
        "list",
        "recall",
        "mean ms",
        "p50 ms",
        "p99 ms");
    line(text, "|%s", "---|".repeat(6));
    for (Report.Cold row : report.cold()) {
      line(
          text,
          "| %-22s | %5d | %7.4f | %8.2f | %8.2f | %8.2f |",
          row.engine() + " " + row.mode(),
          row.parameter(),
          row.recall(),
          row.meanMillis(),
          row.p50Millis(),
          row.p99Millis());
    }
  }

  private static String ratio(double ours, double theirs) {
    return ours <= 0 || theirs <= 0 ? "-" : String.format(Locale.ROOT, "%.2f", ours / theirs);
  }

  @FormatMethod
  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
