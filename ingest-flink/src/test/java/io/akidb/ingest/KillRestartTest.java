package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The job's JVM is killed at random moments and started again by the same command line, until it
 * ends by itself. All seeds: {@code mvn test -Dtest=KillRestartTest -Dakidb.kill.seeds=50}.
 */
class KillRestartTest {
  private static final int EVENTS = 12_000;
  private static final int KILLS_MAX = 3;
  private static final int START_MILLIS = 5_000;

  /** Kills that left a checkpoint to go on from. */
  private static int killsMidway;

  @TempDir Path folder;

  static LongStream seeds() {
    return LongStream.rangeClosed(1, Long.getLong("akidb.kill.seeds", 4));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void job_killedAtRandomMoments_eachOnce(long seed) throws Exception {
    Random random = new Random(seed);
    Path checkpoints = folder.resolve("checkpoints");
    try (Collected collected = Collected.local(folder)) {
      Events events = new Events(seed, EVENTS, 1_000);
      events.writeTo(folder.resolve("in"), 3);
      List<String> arguments =
          collected.arguments("--file", folder.resolve("in").toString(), "--local");
      arguments.addAll(List.of("--checkpoint-dir", checkpoints.toString()));
      arguments.addAll(List.of("--checkpoint-interval-ms", "50", "--segment-rows-max", "40"));
      String because = "seed " + seed;

      boolean ended = false;
      int kills = 1 + random.nextInt(KILLS_MAX);
      for (int kill = 0; kill < kills && !ended; kill++) {
        ended = runAndKill(collected, arguments, random);
        if (newestCheckpoint(checkpoints).isPresent()) {
          killsMidway++;
        } else if (!ended) {
          // Before its first checkpoint it commits nothing, and drops the last when it has ended.
          long rows = collected.rows().size();
          assertThat(rows).as(because).isIn(0L, events.good());
          ended = rows > 0;
        }
      }
      if (!ended) {
        try (JobProcess last = JobProcess.start(folder, Map.of(), "400m", arguments)) {
          assertThat(last.await()).as(because + last.said()).isZero();
          assertThat(last.figures().get("rows_committed").asLong()).isEqualTo(events.good());
          assertThat(last.figures().get("dead_letters").asLong()).isEqualTo(EVENTS - events.good());
        }
      }
      events.requireIn(collected, List.of(), because);
      assertThat(newestCheckpoint(checkpoints)).as(because).isEmpty();
    }
  }

  @AfterAll
  static void someWereKilledMidway() {
    assertThat(killsMidway).isPositive();
    System.getLogger(KillRestartTest.class.getName())
        .log(System.Logger.Level.INFO, killsMidway + " kills left a checkpoint to go on from");
  }

  private static java.util.Optional<Path> newestCheckpoint(Path checkpoints) {
    Target target =
        new Target("", null, Collected.TENANT, Collected.COLLECTION, "flink:files:things", 1, 1);
    return JobRun.newestCheckpoint(target.checkpoints(checkpoints));
  }

  /** Answers whether it ended before it was killed. */
  private boolean runAndKill(Collected collected, List<String> arguments, Random random)
      throws Exception {
    long before = collected.head().generation();
    boolean early = random.nextInt(4) == 0;
    long wait = random.nextInt(early ? START_MILLIS : 30);
    // Its start is a commit, too.
    long generations = early ? 0 : 2 + random.nextInt(5);
    try (JobProcess job = JobProcess.start(folder, Map.of(), "400m", arguments)) {
      boolean ended =
          job.awaitUnlessEnded(() -> collected.head().generation() >= before + generations)
              || job.endsWithin(wait);
      if (ended) {
        assertThat(job.await()).as(job.said()).isZero();
      }
      return ended;
    }
  }
}
