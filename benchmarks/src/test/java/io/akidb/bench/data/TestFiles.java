package io.akidb.bench.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Small files as other programs write them, byte by byte by their formats' definitions. */
public final class TestFiles {
  private TestFiles() {}

  /** Components between 0 and 255, so that every format can hold them. */
  public static float[][] vectors(int rows, int dimension, long seed) {
    Random random = new Random(seed);
    float[][] vectors = new float[rows][dimension];
    for (float[] vector : vectors) {
      for (int d = 0; d < dimension; d++) {
        vector[d] = random.nextInt(256);
      }
    }
    return vectors;
  }

  /** Writes an fvecs file. */
  public static Path fvecs(Path file, float[][] vectors) throws IOException {
    ByteBuffer out = little(vectors.length * 4 * (vectors[0].length + 1));
    for (float[] vector : vectors) {
      out.putInt(vector.length);
      for (float x : vector) {
        out.putFloat(x);
      }
    }
    return write(file, out);
  }

  static Path bvecs(Path file, float[][] vectors) throws IOException {
    ByteBuffer out = little(vectors.length * (4 + vectors[0].length));
    for (float[] vector : vectors) {
      out.putInt(vector.length);
      for (float x : vector) {
        out.put((byte) x);
      }
    }
    return write(file, out);
  }

  static Path ivecs(Path file, int[][] rows) throws IOException {
    ByteBuffer out = little(rows.length * 4 * (rows[0].length + 1));
    for (int[] row : rows) {
      out.putInt(row.length);
      for (int x : row) {
        out.putInt(x);
      }
    }
    return write(file, out);
  }

  static Path npy(Path file, String type, float[][] vectors, int version) throws IOException {
    String header =
        "{'descr': '"
            + type
            + "', 'fortran_order': False, 'shape': ("
            + vectors.length
            + ", "
            + vectors[0].length
            + "), }\n";
    byte[] text = header.getBytes(StandardCharsets.US_ASCII);
    int width = type.charAt(2) - '0';
    ByteBuffer out =
        little((version == 1 ? 10 : 12) + text.length + vectors.length * vectors[0].length * width);
    out.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    out.put((byte) version).put((byte) 0);
    if (version == 1) {
      out.putShort((short) text.length);
    } else {
      out.putInt(text.length);
    }
    out.put(text);
    for (float[] vector : vectors) {
      for (float x : vector) {
        switch (type.substring(1)) {
          case "f2" -> out.putShort(Float.floatToFloat16(x));
          case "f4" -> out.putFloat(x);
          case "f8" -> out.putDouble(x);
          default -> out.put((byte) x);
        }
      }
    }
    return write(file, out);
  }

  private static Path write(Path file, ByteBuffer full) throws IOException {
    byte[] bytes = new byte[full.flip().remaining()];
    full.get(bytes);
    return Files.write(file, bytes);
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
