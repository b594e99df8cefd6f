package io.akidb.bench.data;

import io.akidb.bench.BenchException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** NumPy's own format, of a matrix in C order of little-endian f16, f32, f64 or u8. */
final class NpyFile {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int HEADER_MAX = 1 << 16;
  private static final Pattern SHAPE =
      Pattern.compile("'shape':\\s*\\((\\d{1,10}),\\s*(\\d{1,7})\\s*\\)");
  private static final Pattern TYPE = Pattern.compile("'descr':\\s*'[<|](f[248]|u1)'");

  private NpyFile() {}

  /** The first rows: {@code [n][dimension]}. */
  static float[][] floats(Path file, int rowsMax) {
    try (InputStream raw = Files.newInputStream(file);
        DataInputStream in = new DataInputStream(new BufferedInputStream(raw, 1 << 20))) {
      String header = header(in, file);
      Matcher shape = SHAPE.matcher(header);
      Matcher type = TYPE.matcher(header);
      if (!shape.find() || !type.find() || header.contains("'fortran_order': True")) {
        throw new BenchException(
            file + ": not a matrix of f16, f32, f64 or u8 in C order; its header is " + header);
      }
      int rows = Math.min(rowsMax, Integer.parseInt(shape.group(1)));
      int dimension = Integer.parseInt(shape.group(2));
      String element = type.group(1);
      float[][] vectors = new float[rows][];
      byte[] record = new byte[dimension * (element.charAt(1) - '0')];
      ByteBuffer buffer = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
      for (int row = 0; row < rows; row++) {
        in.readFully(record);
        vectors[row] = row(buffer, element, dimension);
      }
      return vectors;
    } catch (EOFException e) {
      throw new BenchException(file + " is cut off", e);
    } catch (IOException e) {
      throw new BenchException("cannot read " + file + ": " + e, e);
    }
  }

  private static String header(DataInputStream in, Path file) throws IOException {
    byte[] start = new byte[8];
    in.readFully(start);
    if (!Arrays.equals(start, 0, 6, MAGIC, 0, 6)) {
      throw new BenchException(file + " is no npy file");
    }
    // Version 1 has a length of 16 bits, later ones of 32.
    int length =
        start[6] == 1
            ? Short.toUnsignedInt(Short.reverseBytes(in.readShort()))
            : Integer.reverseBytes(in.readInt());
    if (length < 0 || length > HEADER_MAX) {
      throw new BenchException(file + ": its header is longer than " + HEADER_MAX + " bytes");
    }
    byte[] text = new byte[length];
    in.readFully(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private static float[] row(ByteBuffer buffer, String element, int dimension) {
    float[] vector = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      vector[d] =
          switch (element) {
            case "f2" -> Float.float16ToFloat(buffer.getShort(2 * d));
            case "f4" -> buffer.getFloat(4 * d);
            case "f8" -> (float) buffer.getDouble(8 * d);
            default -> buffer.get(d) & 255;
          };
    }
    return vector;
  }
}
