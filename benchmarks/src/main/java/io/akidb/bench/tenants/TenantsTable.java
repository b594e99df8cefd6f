package io.akidb.bench.tenants;

import com.google.errorprone.annotations.FormatMethod;
import io.akidb.bench.tenants.TenantsReport.First;
import io.akidb.bench.tenants.TenantsReport.Size;
import java.util.Locale;

/** A report of many tenants as text, in columns that Markdown understands, too. */
public final class TenantsTable {
  private static final double MIB = 1 << 20;
  private static final double KIB = 1 << 10;

  private final TenantsReport report;

  /** Of a report. */
  public TenantsTable(TenantsReport report) {
    this.report = report;
  }

  /** All of it. */
  public String text() {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "%,d tenants x %,d collections x %,d vectors of %d dimensions, %s",
        report.shape().tenants(),
        report.shape().collections(),
        report.shape().rows(),
        report.shape().dimension(),
        report.date());
    line(
        text,
        "%s, %d processors, JDK %s, load before the run %.2f%n",
        report.machine().processor(),
        report.machine().processors(),
        report.machine().jdk(),
        report.machine().loadBefore());
    sizes(text);
    calls(text);
    line(text, "");
    line(
        text,
        "Heap for an open collection: %.1f KiB; for a tenant in use besides: %.1f KiB",
        report.bytesPerOpenCollection() / KIB,
        report.bytesPerTenant() / KIB);
    line(
        text,
        "Lists: %,d tenants %.0f ms, %,d requests of the store; %,d collections %.1f ms, %,d"
            + " requests",
        Math.min(1000, report.shape().tenants()),
        report.listing().tenantsMs(),
        report.listing().tenantsRequests(),
        report.shape().collections(),
        report.listing().collectionsMs(),
        report.listing().collectionsRequests());
    line(
        text,
        "Requests of the store a second, idle: %.1f just started, %.1f with collections open, "
            + "%.1f after the writes, %.1f after that",
        report.idle().started(),
        report.idle().open(),
        report.idle().written(),
        report.idle().quiet());
    line(
        text,
        "Usage of all tenants counted %.1f s after the last write",
        report.reconciledSeconds());
    return text.toString();
  }

  private void sizes(StringBuilder text) {
    line(
        text,
        "| %-26s | %9s | %9s | %9s | %8s | %6s |",
        "node",
        "start ms",
        "heap MiB",
        "RSS MiB",
        "threads",
        "open");
    line(text, "|---|---|---|---|---|---|");
    size(text, "with one tenant", report.alone());
    size(text, "started", report.started());
    size(text, "after a search in each", report.touched());
    size(text, "after a write in each", report.written());
    line(text, "");
  }

  private static void size(StringBuilder text, String name, Size size) {
    line(
        text,
        "| %-26s | %9.0f | %9.1f | %9.1f | %8d | %6d |",
        name,
        size.startMs(),
        size.heapBytes() / MIB,
        size.residentBytes() / MIB,
        size.threads(),
        size.openCollections());
  }

  private void calls(StringBuilder text) {
    line(text, "| %-26s | %8s | %8s | %8s | %8s |", "calls, ms", "number", "p50", "p99", "slowest");
    line(text, "|---|---|---|---|---|");
    call(text, "first search of a tenant", report.first().all());
    call(text, "first search, built", report.firstBuilt().all());
    call(text, "search, warm", report.warm());
    call(text, "search, anywhere", report.anywhere());
    call(text, "first write of a tenant", report.writes());
    line(text, "");
    first(text, "fresh", report.first());
    first(text, "built", report.firstBuilt());
  }

  private static void first(StringBuilder text, String what, First first) {
    line(
        text,
        "First search, %s: %.2f ms in the first tenant, %.2f ms in the last; %.1f requests of the "
            + "store each",
        what,
        first.firstMs(),
        first.lastMs(),
        first.requestsPerCall());
  }

  private static void call(StringBuilder text, String name, Latencies.Summary summary) {
    line(
        text,
        "| %-26s | %8d | %8.2f | %8.2f | %8.2f |",
        name,
        summary.calls(),
        summary.p50Ms(),
        summary.p99Ms(),
        summary.maxMs());
  }

  @FormatMethod
  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
