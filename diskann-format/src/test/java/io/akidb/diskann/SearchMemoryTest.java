package io.akidb.diskann;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.data.TestVectors;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What an open index takes of memory for each of its vectors beside the page cache: vectors, codes,
 * lists and ids are mapped, so that it is next to nothing, whatever the layout.
 */
class SearchMemoryTest {
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final int DIMENSION = 8;
  private static final int FEW = 1_000;
  private static final int MANY = 21_000;
  private static final float[][] VECTORS = TestVectors.clustered(MANY, DIMENSION, 20_261_122);

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"BINARY_NEIGHBOURS, 1", "SQ4, 20", "PQ, 20"})
  void openIndex_ofManyVectors_takesHardlyMoreMemoryThanOneOfFew(
      Quantization quantization, int bytesAVectorMax) {
    Path few = build(quantization, FEW);
    Path many = build(quantization, MANY);
    // What classes and their initializers take is not an index's.
    memory(few);
    memory(many);
    long more = memory(many) - memory(few);
    assertThat(more / (double) (MANY - FEW)).isLessThanOrEqualTo(bytesAVectorMax);
  }

  private Path build(Quantization quantization, int count) {
    Path file = folder.resolve(count + ".shard");
    BuildParameters parameters =
        new BuildParameters(8, 16, 1.2f, 0, 5, 2, 1L << 27).withQuantization(quantization);
    IndexSchema schema = new IndexSchema(DIMENSION, DistanceMetric.L2, new TreeMap<>());
    try (IndexBuilder builder =
        IndexProvider.of("diskann").builder(schema, parameters, null, folder)) {
      for (int i = 0; i < count; i++) {
        builder.add(new IndexRecord("id-" + i, i, VECTORS[i], new byte[0], Map.of()));
      }
      builder.build(file, BuildProgress.NONE);
    }
    return file;
  }

  /** Everything that opening and searching allocates, be it garbage soon, and direct buffers. */
  private static long memory(Path file) {
    long before = THREADS.getCurrentThreadAllocatedBytes() + direct();
    try (VectorIndex index = IndexProvider.of("diskann").open(file)) {
      SearchParameters parameters = SearchParameters.defaults(10);
      SearchBuffer into = new SearchBuffer();
      for (int i = 0; i < 20; i++) {
        index.search(VECTORS[i], parameters, null, into);
        assertThat(into.size()).isEqualTo(10);
      }
      return THREADS.getCurrentThreadAllocatedBytes() + direct() - before;
    }
  }

  private static long direct() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }
}
