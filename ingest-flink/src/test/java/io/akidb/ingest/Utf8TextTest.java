package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class Utf8TextTest {
  @Test
  void isUtf8_textOfAllLengths_isTrue() {
    byte[] text = "a\u00e9\u20ac\ud83d\ude00".getBytes(StandardCharsets.UTF_8);

    assertThat(Utf8Text.isUtf8(text, 0, text.length)).isTrue();
    assertThat(Utf8Text.isUtf8(text, 1, 2)).isTrue();
    assertThat(Utf8Text.isUtf8(text, 0, 0)).isTrue();
  }

  @Test
  void isUtf8_halfACharacterOverlongOrZero_isFalse() {
    byte[] text = "a\u00e9".getBytes(StandardCharsets.UTF_8);

    assertThat(Utf8Text.isUtf8(text, 0, 2)).isFalse();
    assertThat(Utf8Text.isUtf8(new byte[] {(byte) 0xC1, (byte) 0xBF}, 0, 2)).isFalse();
    assertThat(Utf8Text.isUtf8(new byte[] {'a', 0}, 0, 2)).isFalse();
  }

  @Test
  void id_halfOfASurrogatePair_isRefused() {
    assertThat(Utf8Text.id("\ud83d\ude00")).isEqualTo("\ud83d\ude00");
    assertThatThrownBy(() -> Utf8Text.id("a\ud83d"))
        .isInstanceOf(BadRecordException.class)
        .hasMessageContaining("id has half of a surrogate pair");
  }
}
