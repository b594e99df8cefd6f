package io.akidb.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a file of vectors: {@code .npy} (NumPy's format 1 to 3, {@code <f2 <f4 <f8 |u1}, two
 * dimensions, C order), {@code .fvecs}, {@code .bvecs}, and idx files of unsigned bytes (MNIST's
 * {@code idx3-ubyte}; a row is all of an item's bytes). A gzipped one ({@code .gz}) is unpacked
 * into a temporary file while it is open. Reads a row at a time; for one thread.
 */
public final class VectorFile implements AutoCloseable {
  private static final int DIMENSION_MAX = 4096;
  private static final int HEADER_MAX = 1 << 16;
  private static final int IDX_UNSIGNED_BYTES = 8;
  private static final int IDX_SIZES_MAX = 4;
  private static final long UNPACKED_BYTES_MAX = 64L << 30;
  private static final Pattern IDX_NAME = Pattern.compile("idx[234]-ubyte$");
  private static final Pattern SHAPE =
      Pattern.compile("'shape': *\\((\\d{1,12}), *(\\d{1,9}),?\\)");
  private static final Pattern C_ORDER = Pattern.compile("'fortran_order': *False\\b");
  private static final Pattern TYPE = Pattern.compile("'descr': *'([^']{2,4})'");

  private enum Component {
    F16(2),
    F32(4),
    F64(8),
    U8(1);

    private final int bytes;

    Component(int bytes) {
      this.bytes = bytes;
    }

    float read(ByteBuffer from) {
      return switch (this) {
        case F16 -> Float.float16ToFloat(from.getShort());
        case F32 -> from.getFloat();
        case F64 -> (float) from.getDouble();
        case U8 -> from.get() & 0xff;
      };
    }
  }

  private final Path path;
  private final FileChannel channel;
  private final Component component;
  private final long start;
  private final int prefix;
  private final int rows;
  private final int dimension;

  private VectorFile(
      Path path,
      FileChannel channel,
      Component component,
      long start,
      int prefix,
      long rows,
      long dimension)
      throws IOException {
    this.path = path;
    this.channel = channel;
    this.component = component;
    this.start = start;
    this.prefix = prefix;
    if (dimension < 1 || dimension > DIMENSION_MAX || rows > Integer.MAX_VALUE) {
      throw wrong(path, "says " + rows + " rows of " + dimension + " numbers");
    }
    this.rows = (int) rows;
    this.dimension = (int) dimension;
    if (channel.size() < start + rows * rowBytes()) {
      throw wrong(path, "is shorter than the rows that it should have");
    }
  }

  /**
   * Opens a file.
   *
   * @throws CliException if it is not there or not what its name says
   */
  public static VectorFile open(Path path) {
    String name = path.toString().toLowerCase(Locale.ROOT);
    FileChannel channel = null;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
      if (name.endsWith(".gz")) {
        channel = unpacked(path, channel);
        name = name.substring(0, name.length() - ".gz".length());
      }
      if (name.endsWith(".npy")) {
        return npy(path, channel);
      }
      if (name.endsWith(".fvecs")) {
        return vecs(path, channel, Component.F32);
      }
      if (name.endsWith(".bvecs")) {
        return vecs(path, channel, Component.U8);
      }
      if (IDX_NAME.matcher(name).find()) {
        return idx(path, channel);
      }
      throw wrong(path, "is none of .npy, .fvecs, .bvecs, idx3-ubyte, nor one of them and .gz");
    } catch (IOException e) {
      close(channel);
      throw CliException.usage("cannot read " + path + ": " + reason(e));
    } catch (CliException e) {
      close(channel);
      throw e;
    }
  }

  /** One row of a file, as {@code [dimension]}. */
  public static float[] row(Path path, int row) {
    try (VectorFile file = open(path)) {
      if (row < 0 || row >= file.rows()) {
        throw CliException.usage("--row: " + path + " has rows 0 to " + (file.rows() - 1));
      }
      return file.read(row);
    }
  }

  private static VectorFile npy(Path path, FileChannel channel) throws IOException {
    ByteBuffer head = at(channel, 0, 12, path);
    if (!isNumpy(head)) {
      throw wrong(path, "does not begin as a NumPy file does");
    }
    int major = head.get(6);
    long length = major == 1 ? head.getShort(8) & 0xffff : head.getInt(8);
    int from = major == 1 ? 10 : 12;
    if (length < 0 || length > HEADER_MAX) {
      throw wrong(path, "has a header of " + length + " bytes");
    }
    String header =
        StandardCharsets.ISO_8859_1.decode(at(channel, from, (int) length, path)).toString();
    Matcher shape = SHAPE.matcher(header);
    Matcher type = TYPE.matcher(header);
    if (!shape.find() || !type.find() || !C_ORDER.matcher(header).find()) {
      throw wrong(path, "must be a matrix in C order");
    }
    Component component =
        switch (type.group(1)) {
          case "<f2" -> Component.F16;
          case "<f4" -> Component.F32;
          case "<f8" -> Component.F64;
          case "|u1" -> Component.U8;
          default -> throw wrong(path, "has numbers of type " + type.group(1));
        };
    return new VectorFile(
        path,
        channel,
        component,
        from + length,
        0,
        Long.parseLong(shape.group(1)),
        Long.parseLong(shape.group(2)));
  }

  private static boolean isNumpy(ByteBuffer head) {
    byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    for (int i = 0; i < magic.length; i++) {
      if (head.get(i) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  private static VectorFile vecs(Path path, FileChannel channel, Component component)
      throws IOException {
    long dimension = at(channel, 0, Integer.BYTES, path).getInt();
    if (dimension < 1 || dimension > DIMENSION_MAX) {
      throw wrong(path, "says rows of " + dimension + " numbers");
    }
    long rowBytes = Integer.BYTES + dimension * component.bytes;
    if (channel.size() % rowBytes != 0) {
      throw wrong(path, "ends within a row of " + dimension + " numbers");
    }
    return new VectorFile(
        path, channel, component, 0, Integer.BYTES, channel.size() / rowBytes, dimension);
  }

  /** Big-endian: two zero bytes, the type, the number of sizes, the sizes; rows are the first. */
  private static VectorFile idx(Path path, FileChannel channel) throws IOException {
    int magic = at(channel, 0, Integer.BYTES, path).order(ByteOrder.BIG_ENDIAN).getInt();
    int sizes = magic & 255;
    if (magic >>> 8 != IDX_UNSIGNED_BYTES || sizes < 2 || sizes > IDX_SIZES_MAX) {
      throw wrong(path, "does not begin as an idx file of rows of unsigned bytes does");
    }
    int headBytes = Integer.BYTES * (1 + sizes);
    ByteBuffer head = at(channel, 0, headBytes, path).order(ByteOrder.BIG_ENDIAN);
    long rows = Integer.toUnsignedLong(head.getInt(Integer.BYTES));
    long dimension = 1;
    for (int i = 2; i <= sizes; i++) {
      long size = Integer.toUnsignedLong(head.getInt(i * Integer.BYTES));
      dimension = Math.min(dimension * size, Integer.MAX_VALUE);
    }
    return new VectorFile(path, channel, Component.U8, headBytes, 0, rows, dimension);
  }

  /** The bytes of a gzipped file in a temporary one, which is gone when the channel is closed. */
  private static FileChannel unpacked(Path path, FileChannel packed) throws IOException {
    try (packed;
        InputStream in = new GZIPInputStream(Channels.newInputStream(packed), 1 << 16)) {
      Path file = Files.createTempFile("akidb-vectors", null);
      FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
      try {
        byte[] block = new byte[1 << 16];
        for (int length = in.read(block); length >= 0; length = in.read(block)) {
          ByteBuffer bytes = ByteBuffer.wrap(block, 0, length);
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
          if (channel.position() > UNPACKED_BYTES_MAX) {
            throw wrong(path, "unpacks to more than " + UNPACKED_BYTES_MAX + " bytes");
          }
        }
        return channel;
      } catch (IOException | CliException e) {
        close(channel);
        throw e;
      }
    }
  }

  private static ByteBuffer at(FileChannel channel, long position, int length, Path path)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw wrong(path, "ends too early");
      }
    }
    return buffer.flip();
  }

  private long rowBytes() {
    return prefix + (long) dimension * component.bytes;
  }

  /** How many rows. */
  public int rows() {
    return rows;
  }

  /** Numbers of a row. */
  public int dimension() {
    return dimension;
  }

  /**
   * Reads a row.
   *
   * @param row from 0 on
   * @throws CliException if the file changed, or the row is of another dimension
   */
  public float[] read(int row) {
    try {
      ByteBuffer bytes = at(channel, start + row * rowBytes(), (int) rowBytes(), path);
      if (prefix > 0) {
        int said = bytes.getInt();
        if (said != dimension) {
          throw wrong(
              path, "has " + said + " numbers in row " + row + ", " + dimension + " before");
        }
      }
      float[] vector = new float[dimension];
      for (int d = 0; d < dimension; d++) {
        vector[d] = component.read(bytes);
      }
      return vector;
    } catch (IOException e) {
      throw CliException.failed("cannot read " + path + ": " + reason(e), e);
    }
  }

  private static CliException wrong(Path path, String what) {
    return CliException.usage(path + " " + what);
  }

  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "it is not there";
      case AccessDeniedException _ -> "it may not be read";
      default -> e.getMessage() == null ? e.toString() : e.getMessage();
    };
  }

  private static void close(@Nullable FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // It was only read.
      }
    }
  }

  @Override
  public void close() {
    close(channel);
  }
}
