package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobRunTest {
  @TempDir private Path folder;

  /** Set by the test, asked by the job: both are in this process. */
  private static final AtomicBoolean GO = new AtomicBoolean();

  private Path checkpoint(String job, String name, long modified) throws IOException {
    Path metadata = TestFiles.write(folder.resolve(job).resolve(name).resolve("_metadata"), "x");
    Files.setLastModifiedTime(metadata, FileTime.fromMillis(modified));
    return folder.resolve(job).resolve(name);
  }

  @Test
  void newestCheckpoint_noneOrNoDirectory_isNone() throws IOException {
    assertThat(JobRun.newestCheckpoint(folder)).isEmpty();
    assertThat(JobRun.newestCheckpoint(folder.resolve("none"))).isEmpty();
    TestFiles.write(folder.resolve("job/chk-1/_metadata"), "");
    TestFiles.write(folder.resolve("job/chk-2/other"), "x");
    assertThat(JobRun.newestCheckpoint(folder)).isEmpty();
  }

  @Test
  void newestCheckpoint_severalJobs_isTheLastWritten() throws IOException {
    checkpoint("one", "chk-90", 1_000);
    Path newest = checkpoint("two", "chk-3", 3_000);
    checkpoint("two", "chk-2", 2_000);

    assertThat(JobRun.newestCheckpoint(folder)).contains(newest);
  }

  @Test
  void newestCheckpoint_writtenAtOnce_isTheOneOfTheGreatestNumber() throws IOException {
    checkpoint("one", "chk-9", 1_000);
    Path newest = checkpoint("one", "chk-10", 1_000);
    checkpoint("one", "chk-nonsense", 1_000);
    checkpoint("one", "savepoint-1", 1_000);

    assertThat(JobRun.newestCheckpoint(folder)).contains(newest);
  }

  @Test
  void configuration_checkpointDirectory_goesOnFromTheNewest() throws IOException {
    Path newest = checkpoint("one", "chk-9", 1_000);

    Configuration with = JobRun.configuration(250, folder, true, 3);
    Configuration without = JobRun.configuration(250, null, false, 3);

    assertThat(with.toMap())
        .containsEntry("execution.checkpointing.interval", "250 ms")
        .containsEntry("execution.checkpointing.mode", "EXACTLY_ONCE")
        .containsEntry("execution.checkpointing.dir", folder.toUri().toString())
        .containsEntry("execution.state-recovery.path", newest.toUri().toString())
        .containsEntry("taskmanager.numberOfTaskSlots", "3");
    assertThat(without.toMap())
        .doesNotContainKeys("execution.checkpointing.dir", "taskmanager.numberOfTaskSlots");
  }

  @Test
  void configuration_olderCheckpointsThatAKillLeft_areNotGoneOnFromLater() throws IOException {
    checkpoint("one", "chk-8", 1_000);
    checkpoint("one", "chk-9", 2_000);
    Path savepoint = checkpoint("one", "savepoint-1", 500);
    Path newest = checkpoint("two", "chk-3", 3_000);

    Configuration configuration = JobRun.configuration(250, folder, true, 3);
    JobRun.dropOutdated(folder, configuration, Set.of("execution.checkpointing.num-retained"));
    JobRun.dropOutdated(folder, configuration, Set.of("execution.state-recovery.path"));
    assertThat(folder.resolve("one/chk-8")).exists();
    JobRun.dropOutdated(folder, configuration, Set.of());
    assertThat(JobRun.newestCheckpoint(folder)).contains(newest);
    assertThat(folder.resolve("one/chk-8")).doesNotExist();
    // As the job does when it has ended.
    Files.delete(newest.resolve("_metadata"));

    assertThat(JobRun.newestCheckpoint(folder)).contains(savepoint);
  }

  @Test
  void rootMessage_wrapped_isThatOfTheFirst() {
    assertThat(
            JobRun.rootMessage(
                new RuntimeException("outer", new IllegalStateException(new IOException("disk")))))
        .isEqualTo("disk");
    assertThat(JobRun.rootMessage(new NullPointerException()))
        .isEqualTo("java.lang.NullPointerException");
    assertThat(
            JobRun.rootMessage(
                new RuntimeException(
                    new IngestUsageException("--file is wrong", new IOException("disk")))))
        .isEqualTo("--file is wrong");
  }

  private static StreamExecutionEnvironment environment() {
    return StreamExecutionEnvironment.createLocalEnvironment(
        1, JobRun.configuration(100, null, true, 1));
  }

  @Test
  void await_jobThatTakesSeconds_tellsHowFarItIsUntilItIsDone() throws Exception {
    GO.set(false);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out =
        new PrintStream(bytes, true, StandardCharsets.UTF_8) {
          @Override
          public void println(String line) {
            super.println(line);
            GO.set(true); // The job may end when it was once told of.
          }
        };
    StreamExecutionEnvironment environment = environment();
    environment
        .fromSequence(0, 0)
        .map(
            number -> {
              while (!GO.get()) {
                Thread.onSpinWait();
              }
              return number;
            })
        .returns(Long.class)
        .sinkTo(new DiscardingSink<>());

    assertThat(new JobRun(out, true).await(environment, "slow")).isZero();

    List<JsonNode> lines =
        bytes.toString(StandardCharsets.UTF_8).lines().map(Collected::json).toList();
    assertThat(lines).hasSizeGreaterThanOrEqualTo(2);
    assertThat(lines.get(0).get("phase").asText()).isEqualTo("running");
    assertThat(lines.get(lines.size() - 1).get("phase").asText()).isEqualTo("done");
    assertThat(lines)
        .allSatisfy(
            line ->
                assertThat(line.fieldNames())
                    .toIterable()
                    .containsExactly(
                        "phase",
                        "rows_read",
                        "rows_committed",
                        "dead_letters",
                        "quota_exceeded",
                        "seconds",
                        "rows_per_s"));
  }

  @Test
  void await_jobThatFails_saysWhy() {
    StreamExecutionEnvironment environment = environment();
    environment
        .fromSequence(0, 0)
        .<Long>map(
            number -> {
              throw new UnreadableFileException("it is no file", null);
            })
        .returns(Long.class)
        .sinkTo(new DiscardingSink<>());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    JobRun run = new JobRun(new PrintStream(bytes, true, StandardCharsets.UTF_8), false);

    assertThatThrownBy(() -> run.await(environment, "fails"))
        .isInstanceOf(IngestFailedException.class)
        .hasMessage("it is no file");
    assertThat(bytes.size()).isZero();
  }
}
