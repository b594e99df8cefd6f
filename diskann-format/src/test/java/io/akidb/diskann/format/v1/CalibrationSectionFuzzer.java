package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.diskann.CorruptShardException;
import io.akidb.diskann.RecallCalibration;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.data.FuzzInput;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Bytes that pass as a calibration give a list size for every recall and k. */
class CalibrationSectionFuzzer {
  private static final int CURVES = 4;
  private static final int POINTS = 6;

  @Test
  void bytes_anyThatPass_giveListSizes() {
    FuzzInput.run(
        CalibrationSectionFuzzer.class, 4_000, 96, CalibrationSectionFuzzer::fuzzerTestOneInput);
  }

  /** Half of the inputs are the bytes themselves, half are numbers of a calibration. */
  public static void fuzzerTestOneInput(byte[] data) {
    FuzzInput input = new FuzzInput(data);
    byte[] bytes = input.below(2) == 0 ? input.rest() : made(input);
    RecallCalibration calibration;
    try {
      calibration = CalibrationSection.parse(MemorySegment.ofArray(bytes));
    } catch (CorruptShardException e) {
      assertThat(e).hasMessageContaining("calibration");
      return;
    }
    for (int k : new int[] {1, 10, 99, 100, 1_000, SearchParameters.K_MAX}) {
      for (double recall : new double[] {0, 0.5, 0.8, 0.95, 0.999, 1}) {
        int size = calibration.listSize(k, recall);
        if (size < k || size > SearchParameters.LIST_SIZE_MAX) {
          throw new AssertionError(size + " for " + k + " at " + recall);
        }
      }
    }
  }

  private static byte[] made(FuzzInput input) {
    int curves = 1 + input.below(CURVES);
    ByteBuffer out =
        ByteBuffer.allocate(4 + CURVES * (8 + POINTS * 8)).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(curves);
    int k = 0;
    for (int curve = 0; curve < curves; curve++) {
      k += 1 + input.below(300);
      int points = 1 + input.below(POINTS);
      out.putInt(k).putInt(points);
      int size = 0;
      float recall = 0;
      for (int point = 0; point < points; point++) {
        size += 1 + input.below(20_000);
        recall += input.unsignedByte() / 1024f;
        out.putInt(size).putFloat(recall);
      }
    }
    byte[] bytes = new byte[out.position()];
    out.get(0, bytes);
    if (input.below(4) == 0) {
      bytes[input.below(bytes.length)] = (byte) input.unsignedByte();
    }
    return bytes;
  }
}
