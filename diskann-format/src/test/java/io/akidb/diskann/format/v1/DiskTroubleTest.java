package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexBuilder;
import io.akidb.diskann.TestProviders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that is missing or full is an {@link UncheckedIOException}, and leaves nothing behind. */
class DiskTroubleTest {
  @TempDir Path folder;

  private static ShardModel model(int count) {
    return ShardModel.random(1, 16, DistanceMetric.L2, count);
  }

  @ParameterizedTest
  @ValueSource(strings = {"flat", "diskann", "pq"})
  void workDirectory_missing_isAnErrorThatNamesIt(String type) {
    Path missing = folder.resolve("missing");
    assertThatThrownBy(
            () ->
                TestProviders.of(type)
                    .builder(model(0).schema(), ShardModel.parameters(), null, missing))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("missing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"flat", "diskann", "pq"})
  void output_inAMissingFolderOrAFoldersName_isAnErrorAndLeavesNothing(String type)
      throws IOException {
    Path name = Files.createDirectory(folder.resolve("a-folder"));
    Files.createFile(name.resolve("in-it"));
    for (Path output : List.of(folder.resolve("missing/a.shard"), name)) {
      try (IndexBuilder builder =
          TestProviders.of(type)
              .builder(model(0).schema(), ShardModel.parameters(), null, folder)) {
        model(20).records().forEach(builder::add);
        assertThatThrownBy(() -> builder.build(output, BuildProgress.NONE))
            .isInstanceOf(UncheckedIOException.class);
      }
      try (Stream<Path> left = Files.list(folder)) {
        assertThat(left).containsExactly(name);
      }
    }
  }

  @Test
  void output_thatIsThere_isReplaced() {
    Path file = folder.resolve("a.shard");
    model(3).write("flat", file);
    model(5).write("flat", file);
    assertThat(ShardBytes.of(file).size()).isEqualTo(5);
  }

  @Test
  void device_full_isAnErrorOfOutput() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "skipped: this system has no /dev/full; run on Linux");
    try (FileChannel channel = FileChannel.open(full, StandardOpenOption.WRITE)) {
      SectionOutput out = new SectionOutput(channel);
      out.putLong(1);
      assertThatThrownBy(out::flush)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("cannot write");
    }
  }

  /** As on a full disk, in a process that may write no file larger than so many KiB. */
  @ParameterizedTest
  @CsvSource({"flat, 900, 20000", "flat, 60, 300", "diskann, 60, 300"})
  void disk_fullWhileBuilding_isAnErrorAndLeavesNothing(String type, int kib, int count)
      throws Exception {
    Path bash = Path.of("/bin/bash");
    assumeTrue(Files.exists(bash), "skipped: there is no /bin/bash, whose ulimit is needed");
    Process process =
        new ProcessBuilder(
                bash.toString(),
                "-c",
                "ulimit -f " + kib + "; exec \"$0\" \"$@\"",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                DiskTroubleTest.class.getName(),
                type,
                folder.toString(),
                Integer.toString(count))
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said).contains("refused: java.io.UncheckedIOException: cannot");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  /** The limited process: builds a shard of a type in a folder, of so many records. */
  public static void main(String[] arguments) {
    try {
      model(Integer.parseInt(arguments[2]))
          .write(arguments[0], Path.of(arguments[1]).resolve("a.shard"));
      System.out.println("written");
    } catch (RuntimeException e) {
      System.out.println("refused: " + e);
    }
  }
}
