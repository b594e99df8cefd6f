package io.akidb.ingest;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Bare vectors, one row after the other: NumPy's {@code .npy} (NEP 1; two-dimensional, C order,
 * little-endian f2, f4, f8 or u1), {@code .fvecs} / {@code .bvecs} of the TEXMEX corpora (int32
 * dimension, then f32 or u8), and the idx files of unsigned bytes of MNIST (a row is all of an
 * item's bytes). Each may be gzipped. For one thread.
 */
final class VectorRows implements AutoCloseable {
  private static final int DIMENSION_MAX = 65_536;
  private static final long ROWS_MAX = 1L << 40;
  private static final int HEADER_BYTES_MAX = 1 << 16;
  private static final int IDX_UNSIGNED_BYTES = 8;
  private static final int IDX_SIZES_MAX = 4;
  private static final byte[] NPY_MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*False");
  private static final Pattern SHAPE =
      Pattern.compile("'shape'\\s*:\\s*\\((\\d+),\\s*(\\d+),?\\s*\\)");

  private enum Component {
    F16(2),
    F32(4),
    F64(8),
    U8(1);

    final int bytes;

    Component(int bytes) {
      this.bytes = bytes;
    }
  }

  private final DataInputStream in;
  private final Component component;

  /** Rows that are left; -1 where only the file's end tells. */
  private long remaining;

  /** Of all rows; 0 where each row says its own. */
  private final int dimension;

  private byte[] buffer = new byte[0];

  private VectorRows(DataInputStream in, Component component, long rows, int dimension) {
    this.in = in;
    this.component = component;
    this.remaining = rows;
    this.dimension = dimension;
  }

  static VectorRows open(Path path, FileType type) throws IOException {
    DataInputStream in = new DataInputStream(RecordFile.stream(path));
    try {
      return switch (type) {
        case NPY -> npy(in);
        case FVECS -> new VectorRows(in, Component.F32, -1, 0);
        case BVECS -> new VectorRows(in, Component.U8, -1, 0);
        case IDX -> idx(in);
        default -> throw new IllegalArgumentException("not a file of bare vectors: " + type);
      };
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private static VectorRows npy(DataInputStream in) throws IOException {
    byte[] magic = in.readNBytes(NPY_MAGIC.length);
    if (!java.util.Arrays.equals(magic, NPY_MAGIC)) {
      throw new IOException("it does not begin as an .npy file does");
    }
    int version = in.readUnsignedByte();
    in.readUnsignedByte();
    int length =
        version == 1
            ? Short.toUnsignedInt(Short.reverseBytes(in.readShort()))
            : Integer.reverseBytes(in.readInt());
    if (version < 1 || version > 3 || length < 0 || length > HEADER_BYTES_MAX) {
      throw new IOException("its .npy header is of an unknown version or out of bounds");
    }
    byte[] text = in.readNBytes(length);
    if (text.length < length) {
      throw new EOFException("its .npy header is cut off");
    }
    String header = new String(text, StandardCharsets.ISO_8859_1);
    Matcher descr = DESCR.matcher(header);
    Matcher shape = SHAPE.matcher(header);
    if (!descr.find() || !shape.find() || !ORDER.matcher(header).find()) {
      throw new IOException(
          "it is not a two-dimensional array in C order; save it so with numpy.ascontiguousarray");
    }
    Component component =
        switch (descr.group(1)) {
          case "<f2" -> Component.F16;
          case "<f4" -> Component.F32;
          case "<f8" -> Component.F64;
          case "|u1" -> Component.U8;
          default ->
              throw new IOException(
                  "its numbers are '" + descr.group(1) + "'; save it as float16 or float32");
        };
    long rows = number(shape.group(1));
    long dimension = number(shape.group(2));
    if (dimension < 1 || dimension > DIMENSION_MAX || rows > ROWS_MAX) {
      throw new IOException("its shape (" + rows + ", " + dimension + ") is out of bounds");
    }
    return new VectorRows(in, component, rows, (int) dimension);
  }

  /**
   * Big-endian: two zero bytes, the type, the number of sizes, the sizes; rows are the first size.
   * <a href="http://yann.lecun.com/exdb/mnist/">The MNIST database</a>, "File formats".
   */
  private static VectorRows idx(DataInputStream in) throws IOException {
    int magic = in.readInt();
    int sizes = magic & 255;
    if (magic >>> 8 != IDX_UNSIGNED_BYTES || sizes < 2 || sizes > IDX_SIZES_MAX) {
      throw new IOException("it does not begin as an idx file of rows of unsigned bytes does");
    }
    int rows = in.readInt();
    long dimension = 1;
    for (int i = 1; i < sizes; i++) {
      int size = in.readInt();
      dimension = size < 1 || size > DIMENSION_MAX ? Long.MAX_VALUE : dimension * size;
      if (dimension > DIMENSION_MAX) {
        throw new IOException("its sizes make rows out of bounds");
      }
    }
    if (rows < 0) {
      throw new IOException("it says that it has " + rows + " rows");
    }
    return new VectorRows(in, Component.U8, rows, (int) dimension);
  }

  private static long number(String digits) throws IOException {
    if (digits.length() > 15) {
      throw new IOException("its shape is out of bounds");
    }
    return Long.parseLong(digits);
  }

  /** The next vector, or null at the end. */
  float @Nullable [] next() throws IOException {
    if (remaining == 0) {
      requireEnd();
      return null;
    }
    int length = dimension;
    if (remaining < 0) {
      int first = in.read();
      if (first < 0) {
        return null;
      }
      byte[] rest = new byte[3];
      if (in.readNBytes(rest, 0, 3) < 3) {
        throw new EOFException("the last row is cut off");
      }
      length = first | (rest[0] & 255) << 8 | (rest[1] & 255) << 16 | rest[2] << 24;
      if (length < 1 || length > DIMENSION_MAX) {
        throw new IOException("a row says that it has " + length + " components");
      }
    } else {
      remaining--;
    }
    return read(length);
  }

  private void requireEnd() throws IOException {
    if (in.read() >= 0) {
      throw new IOException("there are bytes behind the last row that the header speaks of");
    }
  }

  private float[] read(int length) throws IOException {
    int bytes = length * component.bytes;
    if (buffer.length != bytes) {
      buffer = new byte[bytes];
    }
    if (in.readNBytes(buffer, 0, bytes) < bytes) {
      throw new EOFException("the last row is cut off");
    }
    ByteBuffer row = ByteBuffer.wrap(buffer).order(ByteOrder.LITTLE_ENDIAN);
    float[] vector = new float[length];
    for (int i = 0; i < length; i++) {
      vector[i] =
          switch (component) {
            case F16 -> HalfFloats.toFloat(row.getShort());
            case F32 -> row.getFloat();
            case F64 -> (float) row.getDouble();
            case U8 -> row.get() & 255;
          };
    }
    return vector;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
