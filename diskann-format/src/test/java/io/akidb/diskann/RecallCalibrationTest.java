package io.akidb.diskann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecallCalibrationTest {
  private static final RecallCalibration TWO =
      new RecallCalibration(
          true,
          List.of(
              new RecallCalibration.Curve(
                  10, new int[] {10, 20, 40}, new float[] {0.5f, 0.75f, 0.875f}),
              new RecallCalibration.Curve(
                  100, new int[] {100, 200, 400}, new float[] {0.5f, 0.75f, 0.875f})));

  @ParameterizedTest
  @CsvSource({
    "10, 0, 10", // no less than the first point
    "10, 0.5, 10",
    "10, 0.625, 15", // between two
    "10, 0.75, 20",
    "10, 0.875, 40",
    "10, 0.9375, 80", // beyond the last: half the misses, twice the list
    "10, 1, 160", // no more than four times of it
    "1, 0.75, 20", // as of the least k
    "55, 0.75, 110", // between two curves
    "100, 0.75, 200",
    "200, 0.75, 400", // in proportion to the greatest k
    "16384, 1, 65536"
  })
  void listSize_anyKAndRecall_isInterpolated(int k, double recall, int expected) {
    assertThat(TWO.listSize(k, recall)).isEqualTo(expected);
  }

  @Test
  void listSize_ofWhatIsTypical_growsWithRecallAndKAndIsAtLeastK() {
    for (int k : new int[] {1, 5, 10, 11, 50, 100, 1_000, SearchParameters.K_MAX}) {
      int shorter = k;
      for (double recall = 0; recall <= 1; recall += 0.01) {
        int size = RecallCalibration.TYPICAL.listSize(k, recall);
        assertThat(size).as("k %s, recall %s", k, recall).isGreaterThanOrEqualTo(shorter);
        assertThat(size).isLessThanOrEqualTo(RecallCalibration.TYPICAL.listSize(k + 1, recall));
        shorter = size;
      }
    }
  }

  @Test
  void recall_thatIsNoShare_isRefused() {
    for (double recall : new double[] {-0.01, 1.01, 95, Double.NaN}) {
      assertThatThrownBy(() -> TWO.listSize(10, recall))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("recall must be 0 to 1");
    }
  }

  @Test
  void calibration_withoutACurve_isRefused() {
    assertThatThrownBy(() -> new RecallCalibration(true, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
