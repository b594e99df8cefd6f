package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HalfFloatsTest {
  @Test
  void toFloat_everyPattern_isWhatTheJdkSays() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      assertThat(Float.floatToIntBits(HalfFloats.toFloat((short) bits)))
          .as("bits %04x", bits)
          .isEqualTo(Float.floatToIntBits(Float.float16ToFloat((short) bits)));
    }
  }
}
