package io.akidb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.cli.Jobs.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobsTest {
  @TempDir Path folder;

  @Test
  void forgetOldLogs_ofMany_keepsTheNewestAndWhatIsNoLogOfAJob() throws IOException {
    for (int i = 0; i < 130; i++) {
      Path log =
          Files.writeString(folder.resolve((i % 2 == 0 ? "ingest-" : "build-") + i + ".log"), "x");
      Files.setLastModifiedTime(log, FileTime.fromMillis(1_000_000L * (i + 1)));
    }
    Path node = Files.writeString(folder.resolve("demo-node.log"), "x");
    Files.setLastModifiedTime(node, FileTime.fromMillis(1));

    Jobs.forgetOldLogs(folder);

    assertThat(node).exists();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(101);
    }
    assertThat(folder.resolve("build-29.log")).doesNotExist();
    assertThat(folder.resolve("ingest-30.log")).exists();
    Jobs.forgetOldLogs(folder.resolve("nowhere"));
  }

  @Test
  void failure_ofAKilledJob_namesTheCodeAndWhy() {
    assertThat(new Ended(137, List.of(), "  | last line").failure("the build"))
        .isEqualTo(
            "the build failed (exit code 137, it was killed, perhaps for want of memory):\n"
                + "  | last line");
  }
}
