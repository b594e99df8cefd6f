package io.akidb.diskann.format.v1;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;

/** Texts as they stand in a shard. */
final class Utf8 {
  /**
   * Texts by their UTF-8 bytes, which is by code point and not, as {@link String#compareTo}, by
   * UTF-16 unit.
   */
  static final Comparator<String> ORDER = (a, b) -> Arrays.compareUnsigned(encode(a), encode(b));

  private static final char REPLACEMENT = '\uFFFD';

  private Utf8() {}

  static byte[] encode(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Whether a text has a UTF-8 form: no half of a surrogate pair stands alone. */
  static boolean isEncodable(String text) {
    return text.codePoints()
        .noneMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
  }

  /**
   * The text of some bytes.
   *
   * @param what for the message, as {@code an id}
   */
  static String decode(MemorySegment segment, String what) {
    byte[] bytes = segment.toArray(ValueLayout.JAVA_BYTE);
    String text = new String(bytes, StandardCharsets.UTF_8);
    // What cannot be decoded is replaced, and then does not encode to the same bytes.
    if (text.indexOf(REPLACEMENT) >= 0 && !Arrays.equals(encode(text), bytes)) {
      throw ShardFile.corrupt(what + " is not UTF-8");
    }
    return text;
  }
}
