package io.akidb.catalog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a payload is parsed, the same way by all who do. */
final class PayloadJson {
  static final int DEPTH_MAX = 32;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxNumberLength(400)
                  .build())
          // Names come from users: interning them, or keeping them all, would grow without bound.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  private PayloadJson() {}

  /** Whether the bytes are UTF-8; the parser lets overlong forms and what it skips pass. */
  static boolean isUtf8(byte[] payload) {
    for (byte b : payload) {
      if (b < 0) {
        return decodes(payload);
      }
    }
    return true;
  }

  private static boolean decodes(byte[] payload) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  static JsonParser open(byte[] payload) throws IOException {
    // The library would guess UTF-16 and UTF-32 from zero bytes and byte order marks.
    for (int i = 0; i < Math.min(4, payload.length); i++) {
      if (payload[i] == 0 || payload[i] == (byte) 0xFE || payload[i] == (byte) 0xFF) {
        throw new JsonParseException(null, "not UTF-8");
      }
    }
    return FACTORY.createParser(payload);
  }

  /** The value at the parser, which is left at its end; null if it is not of the type. */
  static @Nullable AttributeValue read(JsonParser parser, AttributeType type) throws IOException {
    AttributeValue value = infer(parser);
    return switch (type) {
      case STRING -> value instanceof AttributeValue.Text ? value : null;
      case STRING_LIST -> value instanceof AttributeValue.TextList ? value : null;
      case LONG -> value instanceof AttributeValue.Whole ? value : null;
      case DOUBLE ->
          value instanceof AttributeValue.Whole whole
              ? new AttributeValue.Real(whole.value())
              : value instanceof AttributeValue.Real ? value : null;
      case BOOLEAN -> value instanceof AttributeValue.Flag ? value : null;
    };
  }

  /** The value at the parser, which is left at its end, by the type it has; null if it has none. */
  static @Nullable AttributeValue infer(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_STRING -> new AttributeValue.Text(parser.getText());
      case VALUE_TRUE -> new AttributeValue.Flag(true);
      case VALUE_FALSE -> new AttributeValue.Flag(false);
      case VALUE_NUMBER_INT ->
          parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? real(parser)
              : new AttributeValue.Whole(parser.getLongValue());
      case VALUE_NUMBER_FLOAT -> real(parser);
      case START_ARRAY -> inferList(parser);
      default -> {
        parser.skipChildren();
        yield null;
      }
    };
  }

  private static @Nullable AttributeValue real(JsonParser parser) throws IOException {
    double value = parser.getDoubleValue();
    return Double.isFinite(value) ? new AttributeValue.Real(value) : null;
  }

  private static @Nullable AttributeValue inferList(JsonParser parser) throws IOException {
    List<String> values = new ArrayList<>();
    boolean strings = true;
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      if (token == JsonToken.VALUE_STRING) {
        values.add(parser.getText());
      } else {
        strings = false;
        parser.skipChildren();
      }
    }
    return strings ? new AttributeValue.TextList(values) : null;
  }
}
