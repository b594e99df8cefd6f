package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.diskann.CorruptShardException;
import io.akidb.diskann.RecallCalibration;
import io.akidb.diskann.RecallCalibration.Curve;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrationSectionTest {
  @TempDir Path folder;

  /** As {@code spec/v1.md} has it: one curve of k = 10 with two points, one of k = 100 with one. */
  private static byte[] golden() {
    return new byte[] {
      2,
      0,
      0,
      0, //
      10,
      0,
      0,
      0,
      2,
      0,
      0,
      0, //
      16,
      0,
      0,
      0,
      0,
      0,
      0,
      0x3f, // 16, 0.5
      0,
      1,
      0,
      0,
      0,
      0,
      0x40,
      0x3f, // 256, 0.75
      100,
      0,
      0,
      0,
      1,
      0,
      0,
      0, //
      (byte) 200,
      0,
      0,
      0,
      0,
      0,
      (byte) 0x80,
      0x3f // 200, 1
    };
  }

  private static RecallCalibration parse(byte[] bytes) {
    return CalibrationSection.parse(MemorySegment.ofArray(bytes));
  }

  @Test
  void parse_ofTheSpecificationsBytes_isWhatTheySay() {
    RecallCalibration calibration = parse(golden());
    assertThat(calibration.isMeasured()).isTrue();
    assertThat(calibration.curves()).extracting(Curve::k).containsExactly(10, 100);
    assertThat(calibration.curves().getFirst().listSizes()).containsExactly(16, 256);
    assertThat(calibration.curves().getFirst().recalls()).containsExactly(0.5f, 0.75f);
    assertThat(calibration.curves().getLast().listSizes()).containsExactly(200);
    assertThat(calibration.curves().getLast().recalls()).containsExactly(1f);
  }

  @Test
  void write_aCalibration_writesTheSpecificationsBytes() throws IOException {
    Path file = folder.resolve("section");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      SectionOutput out = new SectionOutput(channel);
      CalibrationSection.write(
          out,
          new RecallCalibration(
              true,
              List.of(
                  new Curve(10, new int[] {16, 256}, new float[] {0.5f, 0.75f}),
                  new Curve(100, new int[] {200}, new float[] {1}))));
      out.flush();
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(golden());
  }

  @Test
  void parse_ofAnyOtherLength_isCorrupt() {
    byte[] bytes = golden();
    for (int length = 0; length <= bytes.length + 8; length++) {
      if (length != bytes.length) {
        byte[] changed = Arrays.copyOf(bytes, length);
        assertThatThrownBy(() -> parse(changed))
            .as("%s bytes", length)
            .isInstanceOf(CorruptShardException.class);
      }
    }
  }

  @Test
  void parse_ofNumbersOutOfBounds_isCorrupt() {
    requireCorrupt(0, 0, -1, 17, Integer.MAX_VALUE);
    requireCorrupt(4, 0, -1, 16_385, Integer.MIN_VALUE);
    requireCorrupt(8, 0, -1, 65, Integer.MAX_VALUE);
    requireCorrupt(12, 0, -5, 65_537);
    requireCorrupt(20, 16, 15, 65_537);
    // Curves ascend.
    requireCorrupt(28, 10, 9, 0);
    requireCorrupt(
        16, Float.floatToIntBits(-0.1f), Float.floatToIntBits(0.8f), Float.floatToIntBits(0f / 0));
    requireCorrupt(40, Float.floatToIntBits(1.1f), Float.floatToIntBits(Float.POSITIVE_INFINITY));
  }

  private static void requireCorrupt(int at, int... values) {
    for (int value : values) {
      byte[] changed = golden();
      ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
      assertThatThrownBy(() -> parse(changed))
          .as("%s at %s", value, at)
          .isInstanceOf(CorruptShardException.class);
    }
  }
}
