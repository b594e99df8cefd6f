package io.akidb.ingest;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text that survives being written as UTF-8 and read again. */
final class Utf8Text {
  private Utf8Text() {}

  /**
   * Whether bytes are UTF-8 to the letter. The JSON parser would guess other encodings from zero
   * bytes, and lets overlong forms pass.
   */
  static boolean isUtf8(byte[] bytes, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      if (bytes[i] <= 0) {
        return decodes(bytes, offset, length);
      }
    }
    return true;
  }

  private static boolean decodes(byte[] bytes, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      if (bytes[i] == 0) {
        return false;
      }
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, offset, length));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /**
   * An id as it is. Half of a surrogate pair would become another character on its way, and with it
   * the id that of another vector.
   *
   * @throws BadRecordException if it cannot be written
   */
  static String id(String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new BadRecordException("id has half of a surrogate pair");
    }
    return text;
  }
}
