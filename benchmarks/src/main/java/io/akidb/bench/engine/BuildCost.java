package io.akidb.bench.engine;

/**
 * What a build took.
 *
 * @param wallSeconds by the clock
 * @param cpuSeconds of the whole process: all threads, garbage collection and compiler too
 * @param bytes on disk, of what this mode needs
 * @param peakBytes the process' largest resident size, with the base vectors in it; 0 if not known
 */
public record BuildCost(double wallSeconds, double cpuSeconds, long bytes, long peakBytes) {
  /** Both together. */
  BuildCost plus(BuildCost other) {
    return new BuildCost(
        wallSeconds + other.wallSeconds,
        cpuSeconds + other.cpuSeconds,
        bytes + other.bytes,
        Math.max(peakBytes, other.peakBytes));
  }
}
