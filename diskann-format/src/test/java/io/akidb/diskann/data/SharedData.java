package io.akidb.diskann.data;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * The folder of real vectors: {@code AKIDB_SHARED_DATA}, or {@code ../shared/data} beside the
 * repository. Vectors are rows, {@code [n][dimension]}.
 */
public final class SharedData {
  private static final Pattern SHAPE = Pattern.compile("\\((\\d+),\\s*(\\d+)\\)");

  private final Path folder;

  private SharedData(Path folder) {
    this.folder = folder;
  }

  /** The folder of one data set, if it is here. */
  public static Optional<SharedData> find(String name) {
    return root().map(root -> root.resolve(name)).filter(Files::isDirectory).map(SharedData::new);
  }

  /** What to say when it is not. */
  public static String howToGet(String name) {
    return "SKIPPED: the data set '"
        + name
        + "' is neither in the folder that AKIDB_SHARED_DATA names nor in ../shared/data beside the"
        + " repository; set AKIDB_SHARED_DATA to the folder that holds it";
  }

  private static Optional<Path> root() {
    String named = System.getenv("AKIDB_SHARED_DATA");
    if (named != null && !named.isBlank()) {
      return Optional.of(Path.of(named));
    }
    String repository = System.getenv("AKIDB_ROOT");
    Path from = Path.of(repository == null ? ".." : repository).toAbsolutePath().normalize();
    return Optional.of(from.resolveSibling("shared").resolve("data"));
  }

  /** Images as rows of the first {@code rowsMax} (MNIST's idx format, gzip). */
  public float[][] idx(String file, int rowsMax) throws IOException {
    try (DataInputStream in =
        new DataInputStream(
            new GZIPInputStream(Files.newInputStream(folder.resolve(file)), 1 << 16))) {
      if (in.readInt() != 0x0803) {
        throw new IOException(file + " does not hold images of bytes");
      }
      int rows = Math.min(rowsMax, in.readInt());
      int dimension = in.readInt() * in.readInt();
      float[][] vectors = new float[rows][dimension];
      byte[] row = new byte[dimension];
      for (float[] vector : vectors) {
        in.readFully(row);
        for (int d = 0; d < dimension; d++) {
          vector[d] = row[d] & 255;
        }
      }
      return vectors;
    }
  }

  /** The first {@code rowsMax} rows of a NumPy file of little-endian f16. */
  public float[][] npy(String file, int rowsMax) throws IOException {
    try (FileChannel channel = FileChannel.open(folder.resolve(file))) {
      ByteBuffer bytes =
          channel
              .map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
              .order(ByteOrder.LITTLE_ENDIAN);
      int headerLength = bytes.getShort(8) & 0xffff;
      byte[] header = new byte[headerLength];
      bytes.get(10, header);
      String text = new String(header, StandardCharsets.US_ASCII);
      Matcher shape = SHAPE.matcher(text);
      if (!text.contains("'<f2'") || !shape.find()) {
        throw new IOException(file + " is not a matrix of f16");
      }
      int dimension = Integer.parseInt(shape.group(2));
      float[][] vectors = new float[Math.min(rowsMax, Integer.parseInt(shape.group(1)))][dimension];
      int at = 10 + headerLength;
      for (float[] vector : vectors) {
        for (int d = 0; d < dimension; d++, at += 2) {
          vector[d] = Float.float16ToFloat(bytes.getShort(at));
        }
      }
      return vectors;
    }
  }

  /** Rows of ints, each after its length (ivecs). */
  public int[][] ivecs(String file) throws IOException {
    byte[] all;
    try (InputStream in = Files.newInputStream(folder.resolve(file))) {
      all = in.readAllBytes();
    }
    ByteBuffer bytes = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN);
    int length = bytes.getInt(0);
    int[][] rows = new int[all.length / (4 * (length + 1))][length];
    for (int[] row : rows) {
      bytes.getInt();
      for (int i = 0; i < length; i++) {
        row[i] = bytes.getInt();
      }
    }
    return rows;
  }
}
