package io.akidb.serving.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.RecallCalibration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SearchEffortTest {
  private static final RecallCalibration MEASURED =
      new RecallCalibration(
          true,
          List.of(
              new RecallCalibration.Curve(
                  10, new int[] {10, 20, 40}, new float[] {0.5f, 0.75f, 0.875f})));

  @Test
  void listSize_ofARecall_isTheCalibrations() {
    assertThat(SearchEffort.forRecall(0.75).listSizeFor(MEASURED, 10)).isEqualTo(20);
    assertThat(SearchEffort.forRecall(0.875).listSizeFor(MEASURED, 10)).isEqualTo(40);
    assertThat(SearchEffort.forRecall(0.9).listSizeFor(RecallCalibration.TYPICAL, 10))
        .isEqualTo(RecallCalibration.TYPICAL.listSize(10, 0.9));
  }

  @Test
  void listSize_thatWasChosen_staysButForK() {
    assertThat(SearchEffort.forListSize(15).listSizeFor(MEASURED, 10)).isEqualTo(15);
    assertThat(SearchEffort.forListSize(15).listSizeFor(MEASURED, 50)).isEqualTo(50);
  }

  @Test
  void partitions_ofAGreaterRecall_areMore() {
    int few = SearchEffort.forRecall(0.5).partitionsOf(100);
    int usual = SearchEffort.forRecall(0.95).partitionsOf(100);
    assertThat(usual).isEqualTo(15);
    assertThat(few).isLessThan(usual);
    assertThat(SearchEffort.forRecall(1).partitionsOf(100)).isEqualTo(100);
    assertThat(SearchEffort.forRecall(0.5).partitionsOf(8)).isEqualTo(8);
  }
}
