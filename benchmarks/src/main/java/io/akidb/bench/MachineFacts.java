package io.akidb.bench;

import com.sun.management.OperatingSystemMXBean;
import io.akidb.bench.measure.Report;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a figure is worth nothing without. */
final class MachineFacts {
  private static final double QUIET_LOAD_MAX = 1.5;

  private MachineFacts() {}

  static Report.Machine read() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new Report.Machine(
        processor(),
        system.getAvailableProcessors(),
        system.getTotalMemorySize(),
        Runtime.version().toString(),
        load());
  }

  /** Load average of the last minute. */
  static double load() {
    return Math.round(100 * ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage())
        / 100.0;
  }

  /** Whether others were at work before the run began. */
  static boolean isBusy(double loadBefore) {
    return loadBefore > QUIET_LOAD_MAX;
  }

  private static String processor() {
    Path file = Path.of("/proc/cpuinfo");
    if (Files.exists(file)) {
      try (Stream<String> lines = Files.lines(file)) {
        return lines
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).trim())
            .findFirst()
            .orElse(System.getProperty("os.arch"));
      } catch (IOException e) {
        return System.getProperty("os.arch");
      }
    }
    return System.getProperty("os.arch");
  }
}
