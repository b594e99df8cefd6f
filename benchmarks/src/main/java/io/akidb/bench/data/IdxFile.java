package io.akidb.bench.data;

import io.akidb.bench.BenchException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** MNIST's idx format of unsigned bytes, gzip or plain; an image becomes one row. */
final class IdxFile {
  private static final int UNSIGNED_BYTES = 0x08;
  private static final long DIMENSION_MAX = 1 << 20;

  private IdxFile() {}

  /** The first rows: {@code [n][dimension]}. */
  static float[][] floats(Path file, int rowsMax) {
    try (InputStream raw = Files.newInputStream(file);
        InputStream plain =
            file.getFileName().toString().endsWith(".gz")
                ? new GZIPInputStream(raw, 1 << 16)
                : raw;
        DataInputStream in = new DataInputStream(new BufferedInputStream(plain, 1 << 16))) {
      int magic = in.readInt();
      int axes = magic & 255;
      if (magic >>> 8 != UNSIGNED_BYTES || axes < 2 || axes > 4) {
        throw new BenchException(file + " does not hold rows of unsigned bytes in idx form");
      }
      int rows = Math.min(rowsMax, in.readInt());
      long dimension = 1;
      for (int axis = 1; axis < axes; axis++) {
        int length = in.readInt();
        dimension *= length;
        if (rows < 0 || length < 1 || dimension > DIMENSION_MAX) {
          throw new BenchException(file + ": its shape is not sound");
        }
      }
      float[][] vectors = new float[rows][(int) dimension];
      byte[] record = new byte[(int) dimension];
      for (float[] vector : vectors) {
        in.readFully(record);
        for (int d = 0; d < vector.length; d++) {
          vector[d] = record[d] & 255;
        }
      }
      return vectors;
    } catch (EOFException e) {
      throw new BenchException(file + " is cut off", e);
    } catch (IOException e) {
      throw new BenchException("cannot read " + file + ": " + e, e);
    }
  }
}
