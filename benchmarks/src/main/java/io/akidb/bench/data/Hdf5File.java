package io.akidb.bench.data;

import io.akidb.bench.BenchException;
import io.akidb.diskann.DistanceMetric;
import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import io.jhdf.exceptions.HdfException;
import java.lang.reflect.Array;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The HDF5 files of ann-benchmarks (Aumueller, Bernhardsson, Faithfull, Information Systems 2020):
 * data sets {@code train}, {@code test}, {@code neighbors}, and the attribute {@code distance}.
 */
final class Hdf5File {
  private static final int ROWS_AT_ONCE = 50_000;

  private Hdf5File() {}

  static RawData read(Path file, int rowsMax, int queriesMax) {
    try (HdfFile hdf = new HdfFile(file)) {
      Object distance = hdf.getAttribute("distance").getData();
      return new RawData(
          metric(String.valueOf(distance), file),
          floats(hdf.getDatasetByPath("train"), rowsMax),
          floats(hdf.getDatasetByPath("test"), queriesMax),
          ints(hdf.getDatasetByPath("neighbors"), queriesMax));
    } catch (HdfException e) {
      throw new BenchException(
          file + " is not of ann-benchmarks' form (train, test, neighbors, distance): " + e, e);
    }
  }

  private static DistanceMetric metric(String distance, Path file) {
    return switch (distance) {
      case "euclidean" -> DistanceMetric.L2;
      case "angular" -> DistanceMetric.COSINE;
      case "dot", "ip" -> DistanceMetric.DOT;
      default -> throw new BenchException(file + ": distance '" + distance + "' is not supported");
    };
  }

  private static float[][] floats(Dataset set, int rowsMax) {
    int[] shape = set.getDimensions();
    int rows = Math.min(rowsMax, shape[0]);
    float[][] vectors = new float[rows][];
    // In slices: the library turns a slice into Java objects as a whole.
    for (int from = 0; from < rows; from += ROWS_AT_ONCE) {
      int count = Math.min(ROWS_AT_ONCE, rows - from);
      Object slice = set.getData(new long[] {from, 0}, new int[] {count, shape[1]});
      for (int i = 0; i < count; i++) {
        vectors[from + i] = floats(Array.get(slice, i));
      }
    }
    return vectors;
  }

  private static float[] floats(Object row) {
    return switch (row) {
      case float[] values -> values;
      case double[] values -> {
        float[] narrowed = new float[values.length];
        for (int d = 0; d < values.length; d++) {
          narrowed[d] = (float) values[d];
        }
        yield narrowed;
      }
      default -> throw new BenchException("train and test must hold f32 or f64");
    };
  }

  private static int[][] ints(Dataset set, int rowsMax) {
    Object all = set.getData();
    int[][] rows = new int[Math.min(rowsMax, Array.getLength(all))][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] =
          switch (Array.get(all, i)) {
            case int[] values -> values;
            case long[] values -> Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
            default -> throw new BenchException("neighbors must hold i32 or i64");
          };
    }
    return rows;
  }
}
