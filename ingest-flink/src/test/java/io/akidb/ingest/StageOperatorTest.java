package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.catalog.SegmentReader;
import io.akidb.catalog.StagedSegment;
import io.akidb.catalog.VectorRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator in a MiniCluster, without the one that commits. */
class StageOperatorTest {
  private static final long NEVER = 0;

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init") // by setUp
  private Collected collected;

  @BeforeEach
  void setUp() {
    collected = Collected.local(folder);
  }

  @AfterEach
  void tearDown() {
    collected.close();
  }

  private static String row(int i) {
    return "{\"id\":\"id-%d\",\"vector\":[%d,1,2,3],\"payload\":{\"text\":\"%s\"}}"
        .formatted(i, i, "x".repeat(100));
  }

  private List<StagedCheckpoint> stage(Target target, long checkpointMs, List<String> lines)
      throws Exception {
    Path file = TestFiles.write(folder.resolve("in.jsonl"), String.join("\n", lines));
    Configuration configuration = JobRun.configuration(checkpointMs, null, true, 1);
    if (checkpointMs == NEVER) {
      configuration.removeKey("execution.checkpointing.interval");
    }
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironment(1, configuration);
    return environment
        .fromSource(
            new FileRecordSource(
                FileSplits.find(List.of(file), null, TestFiles.BASE),
                new FileReading(Collected.TENANT, null, List.of(), Long.MAX_VALUE)),
            WatermarkStrategy.noWatermarks(),
            "files",
            PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO)
        .transform("stage", TypeInformation.of(StagedCheckpoint.class), new StageOperator(target))
        .executeAndCollect(100_000);
  }

  private List<VectorRecord> rows(List<StagedCheckpoint> all) {
    List<VectorRecord> rows = new ArrayList<>();
    for (StagedCheckpoint staged : all) {
      for (StagedSegment segment : staged.segments()) {
        try (SegmentReader reader = collected.collection.read(segment)) {
          reader.forEachRemaining(rows::add);
        }
      }
    }
    return rows;
  }

  private static List<StagedSegment> segments(List<StagedCheckpoint> all) {
    return all.stream().flatMap(staged -> staged.segments().stream()).toList();
  }

  private static List<String> ids(int count) {
    return IntStream.range(0, count).mapToObj(i -> "id-" + i).toList();
  }

  @Test
  void processElement_rowsAndWhatIsNone_areStagedCountedAndListedNowhere() throws Exception {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      lines.add(row(i));
    }
    lines.add(5, "no JSON");
    lines.add(9, "{\"id\":\"short\",\"vector\":[1,2]}");
    lines.add(11, "{\"id\":\"big\",\"vector\":[1,2,3,1e39]}");
    lines.add("{\"id\":\"" + "l".repeat(513) + "\",\"vector\":[1,2,3,4]}");
    lines.add("{\"id\":\"early\",\"vector\":[1,2,3,4],\"order\":-1}");
    lines.add("{\"id\":\"gone\",\"op\":\"delete\"}");
    List<Path> scratchBefore = scratch();

    List<StagedCheckpoint> all = stage(TestTargets.of(collected, 10, 1L << 30), NEVER, lines);

    assertThat(all).hasSize(1);
    StagedCheckpoint staged = all.get(0);
    assertThat(staged.rows()).isEqualTo(26);
    assertThat(staged.bad()).isEqualTo(5);
    assertThat(staged.segments()).extracting(StagedSegment::rows).containsExactly(10, 10, 6);
    assertThat(rows(all).subList(0, 25)).extracting(VectorRecord::id).isEqualTo(ids(25));
    assertThat(rows(all).get(25).isTombstone()).isTrue();
    assertThat(collected.rows()).isEmpty();
    assertThat(collected.deadLetters()).isEmpty();

    DeadLetters letters = new DeadLetters(collected.store, TestTargets.of(collected));
    for (UUID object : staged.deadLetters()) {
      letters.publish(object);
    }
    assertThat(collected.deadLetters())
        .extracting(line -> line.get("position").asText() + ": " + line.get("reason").asText())
        .satisfiesExactly(
            reason -> assertThat(reason).startsWith("row 5: not JSON: "),
            reason ->
                assertThat(reason).isEqualTo("row 9: /vector has 2 numbers, the collection has 4"),
            reason -> assertThat(reason).isEqualTo("row 11: /vector/3 must be a finite number"),
            reason -> assertThat(reason).isEqualTo("row 28: /id must have 1 to 512 bytes of UTF-8"),
            reason -> assertThat(reason).isEqualTo("row 29: /order must not be negative"));
    assertThat(scratch()).isEqualTo(scratchBefore);
  }

  private static List<Path> scratch() throws Exception {
    try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(path -> path.getFileName().toString().startsWith("akidb-ingest-"))
          .sorted()
          .toList();
    }
  }

  @Test
  void processElement_bytesBeyondTheBound_closesTheSegment() throws Exception {
    List<String> lines = IntStream.range(0, 2_000).mapToObj(StageOperatorTest::row).toList();

    List<StagedCheckpoint> all = stage(TestTargets.of(collected, 1_000_000, 100_000), NEVER, lines);

    assertThat(segments(all)).hasSizeGreaterThan(2);
    // One block more than the bound, and the file's frame.
    assertThat(segments(all))
        .allSatisfy(segment -> assertThat(segment.bytes()).isLessThan(100_000 + 80_000));
    assertThat(rows(all)).extracting(VectorRecord::id).isEqualTo(ids(2_000));
  }

  @Test
  void prepareSnapshot_manyCheckpoints_passesOnEachRowOnce() throws Exception {
    int count = 20_000;
    List<String> lines = IntStream.range(0, count).mapToObj(StageOperatorTest::row).toList();

    List<StagedCheckpoint> all = stage(TestTargets.of(collected, 1_000_000, 1L << 30), 10, lines);

    assertThat(all).hasSizeGreaterThan(1);
    assertThat(all.stream().mapToLong(StagedCheckpoint::rows).sum()).isEqualTo(count);
    assertThat(all).allSatisfy(staged -> assertThat(staged.isEmpty()).isFalse());
    assertThat(rows(all)).extracting(VectorRecord::id).isEqualTo(ids(count));
    assertThat(rows(all).get(count - 1).order()).isEqualTo(TestFiles.BASE + count - 1);
  }

  @Test
  void endInput_nothingRead_passesOnNothing() throws Exception {
    assertThat(stage(TestTargets.of(collected), NEVER, List.of(""))).isEmpty();
  }
}
