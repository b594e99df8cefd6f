package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bucket holds back the source; memory does not grow with the data. */
class BoundedMemoryTest {
  private static final int DIMENSION = 4_096;
  private static final int ROWS = 32_000;

  @TempDir Path folder;

  @Test
  void job_dataLargerThanItsHeap_isIngested() throws Exception {
    Path file = folder.resolve("large.npy");
    writeBytes(file);
    try (Collected collected = Collected.local(folder, DIMENSION)) {
      List<String> arguments = collected.arguments("--file", file.toString(), "--local");
      // Nothing is passed on for the sake of a checkpoint.
      arguments.addAll(List.of("--checkpoint-interval-ms", "600000"));

      try (JobProcess job = JobProcess.start(folder, Map.of(), "256m", arguments)) {
        assertThat(job.await()).as(job.said()).isZero();
        assertThat(job.figures().get("rows_committed").asLong()).isEqualTo(ROWS);
      }

      assertThat(collected.head().freshRows()).isEqualTo(ROWS);
      assertThat(collected.head().freshBytes()).isGreaterThan((256L << 20) * 3 / 2);
    }
  }

  /** As NumPy writes uint8 (NEP 1). */
  private static void writeBytes(Path file) throws IOException {
    String header =
        "{'descr': '|u1', 'fortran_order': False, 'shape': (" + ROWS + ", " + DIMENSION + "), }";
    byte[] text =
        (header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] row = new byte[DIMENSION];
    Random random = new Random(1);
    try (DataOutputStream out =
        new DataOutputStream(
            new java.io.BufferedOutputStream(Files.newOutputStream(file), 1 << 20))) {
      out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
      out.writeShort(Short.reverseBytes((short) text.length));
      out.write(text);
      for (int i = 0; i < ROWS; i++) {
        random.nextBytes(row);
        out.write(row);
      }
    }
  }
}
