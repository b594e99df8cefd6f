package io.akidb.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexParameters;
import io.akidb.catalog.IndexQuantization;
import io.akidb.catalog.IndexVectorStorage;
import io.akidb.catalog.Metric;
import io.akidb.diskann.BuildMemory;
import io.akidb.diskann.BuildParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MemoryBudgetTest {
  private static final int SLOTS = 4;

  private static IndexParameters request(IndexQuantization quantization) {
    return new IndexParameters(
        32, 64, 1.2, 0, 1, 100_000_000, 0.2, 42, quantization, IndexVectorStorage.AUTO);
  }

  @ParameterizedTest
  @EnumSource(IndexQuantization.class)
  void rows_thatAShardMayHave_canBeBuiltInItsPart(IndexQuantization quantization) {
    IndexParameters request = request(quantization);
    for (double gib : new double[] {0.25, 1, 16}) {
      for (int dimension : new int[] {2, 128, 1536}) {
        MemoryBudget budget = new MemoryBudget(gib, SLOTS);
        CollectionSchema schema = CollectionSchema.of(dimension, Metric.L2);
        long alone = budget.shardRowsMax(1, schema, request);
        long together = budget.shardRowsMax(Long.MAX_VALUE, schema, request);
        assertThat(together).isPositive().isLessThan(alone);
        assertBuildable(budget.perShard(1), alone, schema, request);
        assertBuildable(budget.perShard(SLOTS), together, schema, request);
      }
    }
  }

  private static void assertBuildable(
      long bytes, long rows, CollectionSchema schema, IndexParameters request) {
    BuildParameters parameters = IndexTerms.parameters(request, schema, SLOTS, bytes);
    assertThat(BuildMemory.bytesMin(IndexTerms.schema(schema), parameters, rows))
        .as("%d rows in %d bytes", rows, bytes)
        .isLessThanOrEqualTo(bytes);
  }

  @Test
  void memory_tooSmallForAnyShard_saysHowMuchItTakes() {
    CollectionSchema schema = CollectionSchema.of(1536, Metric.L2);
    IndexParameters request = request(IndexQuantization.PQ);
    assertThatThrownBy(() -> new MemoryBudget(0.01, SLOTS).shardRowsMax(1, schema, request))
        .isInstanceOf(BuildFailedException.class)
        .hasMessageContaining("--build-memory-gb")
        .hasMessageContaining("may have 0.01");
    // Enough for one alone, not for as many as there may be.
    MemoryBudget scarce = new MemoryBudget(0.04, SLOTS);
    assertThat(scarce.shardRowsMax(1, schema, request)).isPositive();
    assertThatThrownBy(() -> scarce.shardRowsMax(Long.MAX_VALUE, schema, request))
        .isInstanceOf(BuildFailedException.class)
        .hasMessageContaining("4 at once");
  }
}
