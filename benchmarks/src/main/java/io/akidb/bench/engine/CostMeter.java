package io.akidb.bench.engine;

import io.akidb.bench.BenchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** Measures a piece of work of this process. */
final class CostMeter {
  private final long wallStart = System.nanoTime();
  private final Duration cpuStart = cpu();

  /** A piece of work that may fail as files do. */
  interface Work {
    void run() throws IOException;
  }

  /** What a piece of work takes, with the bytes of what it leaves at a path. */
  static BuildCost of(Path result, Work work) {
    CostMeter meter = new CostMeter();
    try {
      work.run();
      double wall = (System.nanoTime() - meter.wallStart) / 1e9;
      double cpu = cpu().minus(meter.cpuStart).toNanos() / 1e9;
      return new BuildCost(wall, cpu, bytes(result), peakBytes());
    } catch (IOException e) {
      throw new BenchException("building failed: " + e, e);
    }
  }

  private static Duration cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  static long bytes(Path path) throws IOException {
    if (!Files.exists(path)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(path)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  /** As Linux counts it. */
  private static long peakBytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
          .findFirst()
          .orElse(0);
    }
  }
}
