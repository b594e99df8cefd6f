package io.akidb.diskann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.diskann.data.TestVectors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every kind of index keeps to when it is built: also when that fails or is called off. */
public abstract class IndexBuilderContract extends IndexFixture {
  private static final int MANY = 3_000;

  private IndexBuilder filled(BuildParameters how, int rows) {
    IndexBuilder builder = provider().builder(schema(24, DistanceMetric.L2), how, null, work);
    float[][] base = TestVectors.clustered(rows, 24, SEED);
    for (int i = 0; i < rows; i++) {
      builder.add(row(i, base[i]));
    }
    return builder;
  }

  @ParameterizedTest
  @EnumSource(DistanceMetric.class)
  void build_oneThreadAndOneSeed_givesOneFile(DistanceMetric metric) throws IOException {
    float[][] base = TestVectors.clustered(MANY, 20, SEED);
    BuildParameters how = parameters().withThreads(1);
    List<byte[]> files = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      index(metric, how, base).close();
      files.add(Files.readAllBytes(folder.resolve("index.shard")));
    }
    assertThat(files.get(0)).isEqualTo(files.get(1));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void build_anyThreads_reportsProgressInOrderAndOneAtATime(int threads) {
    AtomicInteger inside = new AtomicInteger();
    Map<String, Long> last = new TreeMap<>();
    List<String> wrong = new ArrayList<>();
    BuildProgress progress =
        (phase, done, total) -> {
          if (inside.incrementAndGet() != 1) {
            wrong.add("two at the same time");
          }
          if (done < last.getOrDefault(phase, 0L) || done > total || total > MANY) {
            wrong.add(phase + " " + done + " of " + total);
          }
          last.put(phase, done);
          inside.decrementAndGet();
        };
    try (IndexBuilder builder = filled(parameters().withThreads(threads), MANY)) {
      builder.build(folder.resolve("index.shard"), progress);
    }
    assertThat(wrong).isEmpty();
    assertThat(last).isNotEmpty().containsValue((long) MANY);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void build_progressThrows_failsWithThatAndLeavesNothing(int threads) {
    Path output = folder.resolve("index.shard");
    try (IndexBuilder builder = filled(parameters().withThreads(threads), MANY)) {
      BuildProgress broken =
          (phase, done, total) -> {
            throw new IllegalStateException("nobody listens");
          };
      assertThatThrownBy(() -> builder.build(output, broken))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("nobody listens");
    }
    assertNothingIsLeft();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void build_interruptedOnTheWay_isCancelledAndLeavesNothing(int threads) throws Exception {
    Path output = folder.resolve("index.shard");
    try (IndexBuilder builder = filled(parameters().withThreads(threads), MANY)) {
      Thread[] building = new Thread[1];
      FutureTask<BuildReport> task =
          new FutureTask<>(
              () -> builder.build(output, (phase, done, total) -> building[0].interrupt()));
      building[0] = new Thread(task, "building");
      building[0].start();
      assertCancelled(task);
      building[0].join();
    }
    assertNothingIsLeft();
  }

  @Test
  void build_interruptedBefore_isCancelledAndLeavesNothing() throws Exception {
    Path output = folder.resolve("index.shard");
    try (IndexBuilder builder = filled(parameters(), MANY)) {
      FutureTask<BuildReport> task =
          new FutureTask<>(
              () -> {
                Thread.currentThread().interrupt();
                return builder.build(output, BuildProgress.NONE);
              });
      Thread building = new Thread(task, "building");
      building.start();
      assertCancelled(task);
      building.join();
    }
    assertNothingIsLeft();
  }

  private static void assertCancelled(FutureTask<BuildReport> task) {
    assertThatThrownBy(() -> task.get(1, TimeUnit.MINUTES))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(CancellationException.class);
  }

  private void assertNothingIsLeft() {
    assertThat(work).isEmptyDirectory();
    assertThat(folder).isDirectoryNotContaining(path -> !path.equals(work));
  }

  @Test
  void build_outputThatCannotBeWritten_failsAndLeavesNothing() {
    try (IndexBuilder builder = filled(parameters(), 50)) {
      Path nowhere = folder.resolve("missing").resolve("index.shard");
      assertThatThrownBy(() -> builder.build(nowhere, BuildProgress.NONE))
          .isInstanceOf(UncheckedIOException.class);
    }
    assertNothingIsLeft();
  }

  @Test
  void build_outputThatIsThere_isReplacedWholeOrNotAtAll() throws IOException {
    Path output = Files.writeString(folder.resolve("index.shard"), "what was there");
    try (IndexBuilder builder = filled(parameters(), 300)) {
      assertThatThrownBy(
              () ->
                  builder.build(
                      output,
                      (phase, done, total) -> {
                        throw new IllegalStateException("no");
                      }))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(output).hasContent("what was there");
    try (IndexBuilder builder = filled(parameters(), 300)) {
      builder.build(output, BuildProgress.NONE);
    }
    try (VectorIndex index = provider().open(output)) {
      assertThat(index.size()).isEqualTo(300);
    }
  }

  @Test
  void close_withoutBuild_deletesTheSpill() {
    try (IndexBuilder builder = filled(parameters(), 50)) {
      assertThat(builder.size()).isEqualTo(50);
    }
    assertNothingIsLeft();
  }

  @Test
  void builder_usedAfterBuild_isRefused() {
    try (IndexBuilder builder = filled(parameters(), 50)) {
      builder.build(folder.resolve("index.shard"), BuildProgress.NONE);
      assertThatThrownBy(() -> builder.build(folder.resolve("again.shard"), BuildProgress.NONE))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> builder.add(row(1, new float[24])))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void builder_workDirectoryMissing_isRefused() {
    IndexSchema schema = schema(2, DistanceMetric.L2);
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> provider().builder(schema, parameters(), null, missing))
        .isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void add_invalidVector_isRefusedAndTheRestIsBuilt() {
    IndexSchema schema = schema(2, DistanceMetric.COSINE);
    Path output = folder.resolve("index.shard");
    try (IndexBuilder builder = provider().builder(schema, parameters(), null, work)) {
      builder.add(row(0, new float[] {1, 2}));
      for (float[] wrong :
          List.of(
              new float[1],
              new float[3],
              new float[] {0, 0},
              new float[] {Float.NaN, 1},
              new float[] {1, Float.POSITIVE_INFINITY})) {
        assertThatThrownBy(() -> builder.add(row(1, wrong)))
            .isInstanceOf(InvalidVectorException.class)
            .hasMessageContaining("row-1");
      }
      builder.add(row(2, new float[] {2, 1}));
      builder.build(output, BuildProgress.NONE);
    }
    try (VectorIndex index = provider().open(output)) {
      assertThat(index.size()).isEqualTo(2);
      assertThat(index.nodeId("row-2")).isNotNegative();
      assertThat(index.nodeId("row-1")).isEqualTo(-1);
    }
  }

  @Test
  void open_fileOfAnotherKindOrNone_saysSo() {
    String other = provider().type().equals("flat") ? "diskann" : "flat";
    Path output = folder.resolve("index.shard");
    try (IndexBuilder builder = filled(parameters(), 50)) {
      builder.build(output, BuildProgress.NONE);
    }
    assertThatThrownBy(() -> IndexProvider.of(other).open(output))
        .isInstanceOf(ShardFormatException.class);
    assertThatThrownBy(() -> provider().open(folder.resolve("missing.shard")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("missing.shard");
  }
}
