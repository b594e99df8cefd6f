package io.akidb.diskann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.diskann.data.BoundedBuild;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildMemoryTest {
  private static final long LEAST_BUDGET = 1 << 24;

  @TempDir Path folder;

  @Test
  void budget_tooSmall_namesWhatWouldDoAndWritesNothing() {
    IndexSchema schema = new IndexSchema(1, DistanceMetric.L2, new TreeMap<>());
    // Many threads with long lists: more than 16 MiB, however few the vectors are.
    BuildParameters small = new BuildParameters(256, 2000, 1.2f, 0, 42, 256, LEAST_BUDGET);
    Path output = folder.resolve("index.shard");
    try (IndexBuilder builder = IndexProvider.of("diskann").builder(schema, small, null, folder)) {
      for (int i = 0; i < 1000; i++) {
        builder.add(
            new IndexRecord(Integer.toString(i), i, new float[] {i}, new byte[0], Map.of()));
      }
      long least = BuildMemory.bytesMin(schema, small, 1000);
      assertThat(least).isGreaterThan(LEAST_BUDGET);
      assertThatThrownBy(() -> builder.build(output, BuildProgress.NONE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("buildMemoryBytesMax is " + LEAST_BUDGET)
          .hasMessageContaining("at least " + least);
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void least_ofQuarterOfTheVectors_isEnoughFromSixtyFourComponentsOn() {
    BuildParameters parameters = BuildParameters.defaults().withThreads(2);
    for (int dimension : new int[] {64, 128, 384, 784, 1536}) {
      IndexSchema schema = new IndexSchema(dimension, DistanceMetric.DOT, new TreeMap<>());
      for (long rawBytes : new long[] {LEAST_BUDGET * 8, 1L << 30, 1L << 36}) {
        long vectors = rawBytes / 4 / dimension;
        assertThat(BuildMemory.bytesMin(schema, parameters, vectors))
            .as("%d vectors of %d components", vectors, dimension)
            .isLessThanOrEqualTo(rawBytes / 4);
      }
    }
  }

  @Test
  void least_ofMoreOfAnything_isMore() {
    BuildParameters one = BuildParameters.defaults().withThreads(1);
    IndexSchema plain = new IndexSchema(8, DistanceMetric.L2, new TreeMap<>());
    IndexSchema attributed =
        new IndexSchema(8, DistanceMetric.L2, new TreeMap<>(Map.of("price", AttributeType.DOUBLE)));
    long least = BuildMemory.bytesMin(plain, one, 100_000);
    assertThat(BuildMemory.bytesMin(plain, one, 200_000)).isGreaterThan(least);
    assertThat(BuildMemory.bytesMin(attributed, one, 100_000)).isGreaterThan(least);
    assertThat(BuildMemory.bytesMin(plain, one.withThreads(8), 100_000)).isGreaterThan(least);
    assertThat(BuildMemory.bytesMin(plain, one.withQuantization(Quantization.PQ), 100_000))
        .isGreaterThan(least);
  }

  @Test
  void sample_byTheMemory_isASixteenthOfItAndNeverTooFew() {
    BuildParameters least = new BuildParameters(32, 64, 1.2f, 0, 42, 2, LEAST_BUDGET);
    assertThat(BuildMemory.sampleMax(least, 128)).isEqualTo((1 << 20) / 512);
    assertThat(BuildMemory.sampleMax(least, 4096)).isEqualTo(256);
    BuildParameters most = new BuildParameters(32, 64, 1.2f, 0, 42, 2, Long.MAX_VALUE);
    assertThat((long) BuildMemory.sampleMax(most, 128) * 128)
        .isBetween(Integer.MAX_VALUE - 128L, (long) Integer.MAX_VALUE);
  }

  @Test
  void build_quarterOfTheVectorsAndAHeapOfIt_finishes() throws Exception {
    int dimension = 256;
    long budget = LEAST_BUDGET + (LEAST_BUDGET >> 4);
    int vectors = (int) Math.ceilDiv(budget, dimension);
    Path output = folder.resolve("index.shard");
    // The heap is the budget less the buffers beside it; the rest is the JVM's own.
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx" + (budget >> 10) + "k",
            "-XX:MaxDirectMemorySize=5m",
            "-XX:+UseSerialGC",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            BoundedBuild.class.getName(),
            output.toString(),
            Long.toString(budget),
            Integer.toString(vectors),
            Integer.toString(dimension));
    BoundedBuild.Peak peak = run(command);
    assertThat(peak.buffers() + peak.heap())
        .as("heap after collections and buffers, of a budget of " + budget)
        .isPositive()
        .isLessThanOrEqualTo(budget + BoundedBuild.JVM_HEAP_BYTES);
    if (peak.anonymous() > 0) {
      assertThat(peak.anonymous())
          .as("anonymous memory of the process, of a budget of " + budget)
          .isLessThanOrEqualTo(budget + BoundedBuild.JVM_BYTES);
    }
    try (VectorIndex index = IndexProvider.of("diskann").open(output)) {
      index.verify();
      assertThat(index.size()).isEqualTo(vectors);
    }
  }

  private BoundedBuild.Peak run(List<String> command) throws IOException, InterruptedException {
    Path log = folder.resolve("log");
    Process child =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(child.waitFor(3, TimeUnit.MINUTES)).as("the build ended").isTrue();
    } finally {
      child.destroyForcibly();
    }
    List<String> lines = new ArrayList<>(Files.readAllLines(log));
    assertThat(child.exitValue()).as(String.join("\n", lines)).isZero();
    return BoundedBuild.Peak.parse(lines.getLast());
  }
}
