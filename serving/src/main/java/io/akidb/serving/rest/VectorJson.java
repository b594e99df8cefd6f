package io.akidb.serving.rest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.akidb.serving.problem.ServingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;

/**
 * Reads vectors straight into {@code float[]}: a JSON array of numbers, or base64 of little-endian
 * f32.
 */
final class VectorJson {
  private static final int DIMENSION_MAX = 4096;

  private VectorJson() {}

  /**
   * The vector at which the parser stands.
   *
   * @param expected how many numbers are likely, to allocate once
   */
  static float[] read(JsonParser parser, String pointer, int expected) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_STRING) {
      return decode(parser.getText(), pointer);
    }
    if (token != JsonToken.START_ARRAY) {
      throw ServingException.invalid(
          pointer, "must be a list of numbers, or base64 of little-endian 32-bit floats");
    }
    float[] vector = new float[expected];
    int length = 0;
    for (token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
      if (token != JsonToken.VALUE_NUMBER_FLOAT && token != JsonToken.VALUE_NUMBER_INT) {
        throw ServingException.invalid(pointer + "/" + length, "must be a number");
      }
      if (length == vector.length) {
        if (length >= DIMENSION_MAX) {
          throw ServingException.invalid(
              pointer, "has more than the " + DIMENSION_MAX + " numbers that any collection has");
        }
        vector = Arrays.copyOf(vector, Math.min(DIMENSION_MAX, Math.max(16, 2 * length)));
      }
      vector[length++] = parser.getFloatValue();
    }
    return length == vector.length ? vector : Arrays.copyOf(vector, length);
  }

  private static float[] decode(String base64, String pointer) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw ServingException.invalid(pointer, "is a string, but not base64");
    }
    if (bytes.length % 4 != 0 || bytes.length / 4 > DIMENSION_MAX) {
      throw ServingException.invalid(
          pointer, "holds " + bytes.length + " bytes, which are no 32-bit floats in bounds");
    }
    float[] vector = new float[bytes.length / 4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
    return vector;
  }

  /** Refuses what cannot be compared with a collection's vectors. */
  static void requireFits(float[] vector, int dimension, String pointer) {
    if (vector.length != dimension) {
      throw ServingException.invalid(
          pointer, "has " + vector.length + " numbers, the collection has " + dimension);
    }
    for (int i = 0; i < vector.length; i++) {
      if (!Float.isFinite(vector[i])) {
        throw ServingException.invalid(pointer + "/" + i, "is not finite as a 32-bit float");
      }
    }
  }
}
