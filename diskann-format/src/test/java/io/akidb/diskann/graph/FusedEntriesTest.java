package io.akidb.diskann.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.format.v1.ShardSections;
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
    assertThat(FusedEntries.features(1024)).doesNotContain(ShardSections.FEATURE_MANY_ENTRIES);
    assertThat(FusedEntries.features(1025)).contains(ShardSections.FEATURE_MANY_ENTRIES);
  }
}
