package io.akidb.bench.identities;

import io.akidb.bench.BenchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Processor time as Linux tells it, in ticks of 10 ms; elsewhere always the same. */
final class ProcessorTime {
  private static final double TICKS_PER_SECOND = 100;

  /**
   * Of the fields of {@code /proc/PID/stat} after the name: proc(5) counts from 1, and two more.
   */
  private static final int OWN = 11;

  private static final int CHILDREN = 13;

  private ProcessorTime() {}

  /** Whether there is any to be had. */
  static boolean isKnown() {
    return Files.exists(Path.of("/proc/self/stat"));
  }

  /** Seconds of a process since its start. */
  static double of(long pid) {
    return seconds(Long.toString(pid), OWN);
  }

  /** Seconds of all processes that this one has started and seen the end of. */
  static double ofEndedChildren() {
    return seconds("self", CHILDREN);
  }

  private static double seconds(String process, int field) {
    if (!isKnown()) {
      return 0;
    }
    try {
      String stat = Files.readString(Path.of("/proc/" + process + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return (Long.parseLong(fields[field]) + Long.parseLong(fields[field + 1])) / TICKS_PER_SECOND;
    } catch (IOException e) {
      throw new BenchException("cannot read the processor time of " + process + ": " + e, e);
    }
  }
}
