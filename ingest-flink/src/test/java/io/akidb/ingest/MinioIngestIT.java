package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole job into a real MinIO. */
class MinioIngestIT {
  @TempDir Path folder;

  @Test
  void job_killedAndStartedAgain_eachOnce() throws Exception {
    Events events = new Events(31, 8_000, 500);
    events.writeTo(folder.resolve("in"), 2);
    try (Collected collected = Collected.at(TestMinio.newBucket(), folder, Collected.DIMENSION)) {
      List<String> arguments =
          collected.arguments("--file", folder.resolve("in").toString(), "--local");
      arguments.addAll(List.of("--checkpoint-dir", folder.resolve("checkpoints").toString()));
      arguments.addAll(List.of("--checkpoint-interval-ms", "100", "--segment-rows-max", "40"));
      try (JobProcess job = JobProcess.start(folder, TestMinio.credentials(), "400m", arguments)) {
        boolean ended = job.awaitUnlessEnded(() -> collected.head().freshRows() > 0);
        assertThat(ended).as("ended before it was killed: " + job.said()).isFalse();
      }

      try (JobProcess job = JobProcess.start(folder, TestMinio.credentials(), "400m", arguments)) {
        assertThat(job.await()).as(job.said()).isZero();
        assertThat(job.said()).doesNotContain(TestMinio.credentials().get("AKIDB_SECRET_KEY"));
        assertThat(job.figures().get("rows_committed").asLong()).isEqualTo(events.good());
      }
      events.requireIn(collected, List.of(), "seed 31");
    }
  }

  @Test
  void job_wrongCredentials_saysSo() throws Exception {
    try (Collected collected = Collected.at(TestMinio.newBucket(), folder, Collected.DIMENSION)) {
      new Events(1, 10, 5).writeTo(folder.resolve("in"), 1);
      List<String> arguments =
          collected.arguments("--file", folder.resolve("in").toString(), "--local");
      try (JobProcess job =
          JobProcess.start(
              folder,
              java.util.Map.of("AKIDB_ACCESS_KEY", "nobody", "AKIDB_SECRET_KEY", "not-this-one"),
              "400m",
              arguments)) {
        assertThat(job.await()).isEqualTo(1);
        assertThat(job.said()).contains("akidb-ingest: ").doesNotContain("not-this-one");
      }
    }
  }
}
