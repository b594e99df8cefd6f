package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MajorFaultsTest {
  private static final Path STAT = Path.of("/proc/thread-self/stat");

  /** The 12th field; the second one may hold spaces. */
  private static long told() throws IOException {
    String stat = Files.readString(STAT);
    return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[9]);
  }

  @Test
  void ofThisThread_isWhatTheSystemTells() throws IOException {
    assumeTrue(Files.exists(STAT), "only Linux tells the faults of a thread");
    MajorFaults faults = new MajorFaults();
    long before = told();
    long counted = faults.ofThisThread();
    assertThat(counted).isBetween(before, told());
  }
}
