package io.akidb.bench.data;

import io.akidb.bench.BenchException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * fvecs, bvecs and ivecs (the TEXMEX corpus): per row a little-endian int32 count, then that many
 * float32, uint8 or int32.
 */
final class VecsFile {
  private static final int LENGTH_MAX = 1 << 20;

  private VecsFile() {}

  /** The first rows of an fvecs or bvecs file, by its name's ending: {@code [n][dimension]}. */
  static float[][] floats(Path file, int rowsMax) {
    boolean isBytes = file.getFileName().toString().endsWith(".bvecs");
    List<float[]> rows = new ArrayList<>();
    for (ByteBuffer record : records(file, isBytes ? 1 : Float.BYTES, rowsMax)) {
      float[] row = new float[isBytes ? record.remaining() : record.remaining() / Float.BYTES];
      for (int d = 0; d < row.length; d++) {
        row[d] = isBytes ? record.get() & 255 : record.getFloat();
      }
      rows.add(row);
    }
    return rows.toArray(float[][]::new);
  }

  /** The first rows of an ivecs file. */
  static int[][] ints(Path file, int rowsMax) {
    List<int[]> rows = new ArrayList<>();
    for (ByteBuffer record : records(file, Integer.BYTES, rowsMax)) {
      int[] row = new int[record.remaining() / Integer.BYTES];
      record.asIntBuffer().get(row);
      rows.add(row);
    }
    return rows.toArray(int[][]::new);
  }

  private static List<ByteBuffer> records(Path file, int elementBytes, int rowsMax) {
    List<ByteBuffer> records = new ArrayList<>();
    int length = -1;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
      while (records.size() < rowsMax) {
        byte[] head = in.readNBytes(Integer.BYTES);
        if (head.length == 0) {
          break;
        }
        int count =
            head.length < Integer.BYTES
                ? -1
                : ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt();
        if (count < 1 || count > LENGTH_MAX || (length >= 0 && count != length)) {
          throw new BenchException(
              file + ": row " + records.size() + " has no sound length; is it a vecs file?");
        }
        length = count;
        byte[] body = in.readNBytes(count * elementBytes);
        if (body.length < count * elementBytes) {
          throw new BenchException(file + ": row " + records.size() + " is cut off");
        }
        records.add(ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN));
      }
    } catch (IOException e) {
      throw new BenchException("cannot read " + file + ": " + e, e);
    }
    return records;
  }
}
