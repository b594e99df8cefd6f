package io.akidb.diskann.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.format.v1.NodeLayout;
import io.akidb.diskann.format.v1.VectorForm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FusedEntriesTest {
  @ParameterizedTest(name = "{0} vectors of {1} components")
  @CsvSource({
    "0,16,0",
    "1,16,1",
    "38,16,38",
    "60000,784,334",
    "1000000,128,2000",
    "1000000,1536,1032",
    "2000000000,128,4096"
  })
  void countFor_moreAndShorterVectors_isMore(int size, int dimension, int count) {
    assertThat(FusedEntries.countFor(size, dimension)).isEqualTo(count);
  }

  @Test
  void features_moreEntriesThanEarlierReadersTake_tellSo() {
    NodeLayout layout = NodeLayout.fused(VectorForm.F32, 128, 32);
    assertThat(FusedEntries.features(1024, layout)).containsExactly(1, 3);
    assertThat(FusedEntries.features(1025, layout)).containsExactly(1, 3, 7);
  }

  @Test
  void features_packedPagesAndOtherForms_tellSo() {
    assertThat(FusedEntries.features(1, NodeLayout.packed(VectorForm.F32, 128, 22, 4)))
        .containsExactly(1, 3, 8);
    assertThat(FusedEntries.features(1, NodeLayout.packed(VectorForm.F16, 256, 32, 2)))
        .containsExactly(1, 3, 8, 5);
  }
}
