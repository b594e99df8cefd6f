package io.akidb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VectorFileTest {
  private static final long SEED = 20_261_121;
  private static final int ROWS = 17;
  private static final int DIMENSION = 5;

  @TempDir Path folder;

  enum Type {
    F2("<f2", 2),
    F4("<f4", 4),
    F8("<f8", 8),
    U1("|u1", 1);

    private final String descr;
    private final int bytes;

    Type(String descr, int bytes) {
      this.descr = descr;
      this.bytes = bytes;
    }

    /** A value that this type holds exactly. */
    float value(Random random) {
      return switch (this) {
        case F2 -> Float.float16ToFloat(Float.floatToFloat16((float) random.nextGaussian()));
        case F4, F8 -> (float) random.nextGaussian();
        case U1 -> random.nextInt(256);
      };
    }

    void put(ByteBuffer into, float value) {
      switch (this) {
        case F2 -> into.putShort(Float.floatToFloat16(value));
        case F4 -> into.putFloat(value);
        case F8 -> into.putDouble(value);
        case U1 -> into.put((byte) (int) value);
      }
    }
  }

  private static float[][] values(Type type) {
    Random random = new Random(SEED);
    float[][] values = new float[ROWS][DIMENSION];
    for (float[] row : values) {
      for (int d = 0; d < DIMENSION; d++) {
        row[d] = type.value(random);
      }
    }
    return values;
  }

  private static String header(String descr, boolean fortran, String shape) {
    return "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }"
        .formatted(descr, fortran ? "True" : "False", shape);
  }

  private static byte[] npy(int major, String header, byte[] data) {
    byte[] text = (header + "\n").getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer file = buffer(12 + text.length + data.length);
    file.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    file.put((byte) major).put((byte) 0);
    if (major == 1) {
      file.putShort((short) text.length);
    } else {
      file.putInt(text.length);
    }
    file.put(text).put(data);
    return written(file);
  }

  private static byte[] data(Type type, float[][] values) {
    ByteBuffer data = buffer(ROWS * DIMENSION * type.bytes);
    for (float[] row : values) {
      for (float value : row) {
        type.put(data, value);
      }
    }
    return written(data);
  }

  private static byte[] vecs(Type type, float[][] values) {
    ByteBuffer file = buffer(ROWS * (4 + DIMENSION * type.bytes));
    for (float[] row : values) {
      file.putInt(DIMENSION);
      for (float value : row) {
        type.put(file, value);
      }
    }
    return written(file);
  }

  /** MNIST's format, of the numbers in the files. */
  private static byte[] idx(int magic, int... sizes) {
    byte[] data = data(Type.U1, values(Type.U1));
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * sizes.length + data.length).putInt(magic);
    for (int size : sizes) {
      file.putInt(size);
    }
    return file.put(data).array();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  private static ByteBuffer buffer(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] written(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.position()];
    buffer.get(0, bytes);
    return bytes;
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private static byte[] sound() {
    return npy(
        1,
        header("<f4", false, "(%d, %d)".formatted(ROWS, DIMENSION)),
        data(Type.F4, values(Type.F4)));
  }

  private static void holds(Path path, float[][] values) {
    try (VectorFile file = VectorFile.open(path)) {
      assertThat(file.rows()).isEqualTo(ROWS);
      assertThat(file.dimension()).isEqualTo(DIMENSION);
      for (int row = ROWS - 1; row >= 0; row--) {
        assertThat(file.read(row)).as("row %d", row).containsExactly(values[row]);
      }
    }
    assertThat(VectorFile.row(path, 3)).containsExactly(values[3]);
  }

  private void isRefused(String name, byte[] bytes) throws IOException {
    isRefused(name, bytes, name);
  }

  private void isRefused(String name, byte[] bytes, String said) throws IOException {
    Path path = write(name, bytes);
    assertThatThrownBy(() -> VectorFile.open(path).close())
        .isInstanceOf(CliException.Usage.class)
        .hasMessageContainingAll(path.toString(), said);
  }

  @ParameterizedTest
  @CsvSource({"F2, 1", "F4, 1", "F8, 1", "U1, 1", "F2, 2", "F4, 2", "F8, 2", "U1, 2", "F4, 3"})
  void npy_ofEachTypeAndVersion_isReadExactly(Type type, int major) throws IOException {
    float[][] values = values(type);
    String header = header(type.descr, false, "(%d, %d)".formatted(ROWS, DIMENSION));
    holds(write("a.npy", npy(major, header, data(type, values))), values);
  }

  @ParameterizedTest
  @CsvSource({"F4, fvecs", "U1, bvecs"})
  void vecs_ofEachType_areReadExactly(Type type, String ending) throws IOException {
    float[][] values = values(type);
    holds(write("a." + ending, vecs(type, values)), values);
  }

  @Test
  void idx_ofOneToThreeSizesOfAnItem_isReadExactly() throws IOException {
    float[][] values = values(Type.U1);
    holds(write("a-idx2-ubyte", idx(0x802, ROWS, DIMENSION)), values);
    holds(write("a.idx3-ubyte", idx(0x803, ROWS, 1, DIMENSION)), values);
    holds(write("A-IDX4-UBYTE", idx(0x804, ROWS, 1, DIMENSION, 1)), values);
  }

  @Test
  void gzipped_ofEachType_isReadExactlyAndLeavesNoFile() throws IOException {
    long before = temporaryFiles();
    float[][] values = values(Type.U1);
    holds(write("a.idx3-ubyte.gz", gzip(idx(0x803, ROWS, DIMENSION, 1))), values);
    holds(write("a.bvecs.gz", gzip(vecs(Type.U1, values))), values);
    holds(write("a.npy.gz", gzip(sound())), values(Type.F4));
    byte[] cut = Arrays.copyOf(gzip(sound()), 100);
    isRefused("cut.npy.gz", cut);
    isRefused("none.npy.gz", sound());
    isRefused("short.bvecs.gz", gzip(new byte[7]));
    isRefused("a.csv.gz", gzip(sound()), "nor one of them and .gz");
    assertThat(temporaryFiles()).isEqualTo(before);
  }

  private static long temporaryFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("akidb-vectors"))
          .count();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0x801, 85, 1, does not begin",
    "0x805, 17, 5, does not begin",
    "0xd02, 17, 5, does not begin",
    "0x1000802, 17, 5, does not begin",
    "0x802, 18, 5, shorter",
    "0x802, -1, 5, 4294967295 rows",
    "0x802, 17, 0, 0 numbers",
    "0x802, 17, -1, 2147483647 numbers",
    "0x802, 17, 4097, 4097 numbers",
  })
  void idx_withALyingHeader_isRefused(String magic, int rows, int size, String said)
      throws IOException {
    isRefused("a-idx2-ubyte", idx(Integer.decode(magic), rows, size), said);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\u0093NUM", "PK\u0003\u0004 a zip file", "{\"vector\": [1, 2]}"})
  void npy_thatIsNone_isRefused(String text) throws IOException {
    isRefused("a.npy", text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void npy_cutAnywhere_isRefused() throws IOException {
    byte[] whole = sound();
    for (int length = 0; length < whole.length; length++) {
      isRefused("a.npy", Arrays.copyOf(whole, length));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "(18, 5)                 | shorter",
        "(17, 6)                 | shorter",
        "(999999999999, 5)       | 999999999999 rows",
        "(2147483647, 4096)      | shorter",
        "(17, 0)                 | 0 numbers",
        "(1, 4097)               | 4097 numbers",
        "(1, 999999999)          | 999999999 numbers",
        "(9999999999999, 5)      | matrix",
        "(-1, 5)                 | matrix",
        "(85,)                   | matrix",
        "()                      | matrix",
        "(17, 5, 1)              | matrix",
      })
  void npy_withALyingShape_isRefused(String shape, String said) throws IOException {
    isRefused("a.npy", npy(1, header("<f4", false, shape), data(Type.F4, values(Type.F4))), said);
  }

  @ParameterizedTest
  @ValueSource(strings = {">f4", "<i4", "|O", "<c8", "<U4"})
  void npy_ofAnotherType_isRefusedByItsName(String descr) throws IOException {
    isRefused("a.npy", npy(1, header(descr, false, "(17, 5)"), new byte[8 * 85]), descr);
  }

  @ParameterizedTest
  @ValueSource(strings = {"True", " True", "true", "1"})
  void npy_inFortranOrder_isRefused(String order) throws IOException {
    String header = "{'descr': '<f4', 'fortran_order': " + order + ", 'shape': (17, 5), }";
    isRefused("a.npy", npy(1, header, data(Type.F4, values(Type.F4))), "C order");
  }

  @Test
  void npy_withAGiantHeader_isRefusedBeforeItIsRead() throws IOException {
    ByteBuffer file = buffer(12).put(sound(), 0, 6).put((byte) 2).put((byte) 0);
    isRefused("a.npy", written(file.putInt(Integer.MAX_VALUE)), "header of 2147483647 bytes");
    isRefused("a.npy", written(file.putInt(8, -1)), "header of -1 bytes");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE, 4097, Integer.MAX_VALUE})
  void vecs_withAWrongDimension_areRefused(int dimension) throws IOException {
    byte[] bytes = Arrays.copyOf(written(buffer(4).putInt(dimension)), 64);
    isRefused("a.fvecs", bytes, dimension + " numbers");
    isRefused("a.bvecs", bytes, dimension + " numbers");
  }

  @Test
  void vecs_thatEndWithinARow_areRefused() throws IOException {
    byte[] whole = vecs(Type.F4, values(Type.F4));
    for (int length = 0; length < whole.length; length++) {
      if (length == 0 || length % (4 + DIMENSION * 4) != 0) {
        isRefused("a.fvecs", Arrays.copyOf(whole, length));
      }
    }
  }

  @Test
  void vecs_withRowsOfTwoDimensions_areRefusedAtTheRow() throws IOException {
    byte[] bytes = vecs(Type.U1, values(Type.U1));
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(3 * (4 + DIMENSION), 4);
    Path path = write("a.bvecs", bytes);
    assertThat(VectorFile.row(path, 2)).hasSize(DIMENSION);
    assertThatThrownBy(() -> VectorFile.row(path, 3))
        .isInstanceOf(CliException.Usage.class)
        .hasMessageContainingAll(path.toString(), "row 3", "4 numbers");
  }

  @Test
  void open_ofAnotherEnding_namesTheKnownOnes() throws IOException {
    isRefused("a.csv", new byte[] {1}, ".npy, .fvecs, .bvecs");
  }

  @Test
  void open_ofAFolderOrNothing_isRefused() throws IOException {
    Path inside = Files.createDirectory(folder.resolve("a.npy"));
    for (Path path : new Path[] {inside, folder.resolve("nowhere.npy")}) {
      assertThatThrownBy(() -> VectorFile.open(path).close())
          .isInstanceOf(CliException.Usage.class)
          .hasMessageContainingAll("cannot read", path.toString());
    }
  }

  @Test
  void row_outsideOfTheFile_namesTheRows() throws IOException {
    Path path = write("a.npy", sound());
    for (int row : new int[] {-1, ROWS, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      assertThatThrownBy(() -> VectorFile.row(path, row))
          .isInstanceOf(CliException.Usage.class)
          .hasMessageContaining("rows 0 to 16");
    }
  }

  @Test
  void file_thatShrinksWhileItIsRead_isToldRatherThanAwaited() throws IOException {
    Path path = write("a.npy", sound());
    try (VectorFile file = VectorFile.open(path)) {
      Files.write(path, Arrays.copyOf(sound(), 100));
      assertThatThrownBy(() -> file.read(ROWS - 1))
          .isInstanceOf(CliException.class)
          .hasMessageContaining("ends too early");
    }
  }

  /** Whatever the bytes, the file is read or refused, and no array is larger than the file says. */
  @ParameterizedTest
  @ValueSource(strings = {"npy", "fvecs", "bvecs", "idx3-ubyte"})
  void anyFile_withFlippedBytes_isReadOrRefused(String ending) throws IOException {
    Random random = new Random(SEED);
    byte[] whole =
        switch (ending) {
          case "npy" -> sound();
          case "fvecs" -> vecs(Type.F4, values(Type.F4));
          case "idx3-ubyte" -> idx(0x803, ROWS, DIMENSION, 1);
          default -> vecs(Type.U1, values(Type.U1));
        };
    int read = 0;
    int refused = 0;
    for (int round = 0; round < 500; round++) {
      byte[] bytes = whole.clone();
      for (int flip = random.nextInt(4); flip >= 0; flip--) {
        // The first bytes decide most.
        bytes[random.nextInt(random.nextBoolean() ? 80 : bytes.length)] = (byte) random.nextInt();
      }
      Path path = write("a." + ending, bytes);
      try (VectorFile file = VectorFile.open(path)) {
        for (int row = 0; row < file.rows(); row++) {
          assertThat(file.read(row)).as("seed %d, round %d", SEED, round).hasSize(file.dimension());
        }
        assertThat((long) file.rows() * file.dimension()).isLessThanOrEqualTo(bytes.length);
        read++;
      } catch (CliException.Usage e) {
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + SEED + ", round " + round, e);
      }
    }
    assertThat(read).isPositive();
    assertThat(refused).isPositive();
  }
}
