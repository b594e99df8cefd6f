package io.akidb.bench.data;

import io.akidb.bench.BenchException;
import io.akidb.diskann.DistanceMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds what a person means by a folder or a file. */
final class VectorFiles {
  private static final List<String> VECTORS =
      List.of(".fvecs", ".bvecs", ".npy", "-ubyte", "-ubyte.gz");
  private static final List<String> BASE = List.of("base", "train", "learn");
  private static final List<String> QUERIES = List.of("quer", "test", "t10k");

  private VectorFiles() {}

  /**
   * Reads a folder (base vectors, queries, and perhaps ground truth beside each other), an HDF5
   * file of ann-benchmarks, or one file of vectors, whose last rows then become the queries.
   */
  static RawData read(Path source, int rowsMax, int queriesMax, @Nullable DistanceMetric metric) {
    String name = source.getFileName().toString();
    if (Files.isDirectory(source)) {
      return folder(source, rowsMax, queriesMax, metric);
    }
    if (!Files.exists(source)) {
      throw new BenchException("there is no " + source + "; name a folder, a file, or s1m");
    }
    if (name.endsWith(".hdf5") || name.endsWith(".h5")) {
      return Hdf5File.read(source, rowsMax, queriesMax);
    }
    return heldOut(source, rowsMax, queriesMax, metric == null ? DistanceMetric.L2 : metric);
  }

  private static RawData folder(
      Path folder, int rowsMax, int queriesMax, @Nullable DistanceMetric metric) {
    Path base = find(folder, name -> isVectors(name) && has(name, BASE)).orElse(null);
    Path queries = find(folder, name -> isVectors(name) && has(name, QUERIES)).orElse(null);
    if (base == null || queries == null) {
      throw new BenchException(
          folder
              + " must hold a file of base vectors (*base* or *train*) and one of queries (*query*,"
              + " *test* or *t10k*), each fvecs, bvecs, npy or idx-ubyte");
    }
    Optional<Path> truth =
        find(folder, name -> name.contains("groundtruth") && name.endsWith(".ivecs"));
    DistanceMetric used =
        metric != null ? metric : truth.map(VectorFiles::metricOf).orElse(DistanceMetric.L2);
    int[][] nearest =
        truth.map(file -> VecsFile.ints(file, queriesMax)).orElseGet(() -> new int[0][]);
    return new RawData(used, vectors(base, rowsMax), vectors(queries, queriesMax), nearest);
  }

  private static RawData heldOut(Path file, int rowsMax, int queriesMax, DistanceMetric metric) {
    float[][] all = vectors(file, (int) Math.min(Integer.MAX_VALUE, (long) rowsMax + queriesMax));
    int queries = Math.min(queriesMax, all.length / 10);
    if (queries < 1) {
      throw new BenchException(file + " has too few rows to hold queries out of them");
    }
    int rows = all.length - queries;
    return new RawData(
        metric, Arrays.copyOf(all, rows), Arrays.copyOfRange(all, rows, all.length), new int[0][]);
  }

  /** By what the file's name says, as {@code groundtruth-cosine-top100.ivecs}. */
  private static DistanceMetric metricOf(Path truth) {
    String name = truth.getFileName().toString().toLowerCase(Locale.ROOT);
    if (name.contains("cosine") || name.contains("angular")) {
      return DistanceMetric.COSINE;
    }
    return name.contains("dot") ? DistanceMetric.DOT : DistanceMetric.L2;
  }

  private static float[][] vectors(Path file, int rowsMax) {
    String name = file.getFileName().toString();
    if (name.endsWith(".npy")) {
      return NpyFile.floats(file, rowsMax);
    }
    if (name.endsWith("-ubyte") || name.endsWith("-ubyte.gz")) {
      return IdxFile.floats(file, rowsMax);
    }
    if (name.endsWith(".fvecs") || name.endsWith(".bvecs")) {
      return VecsFile.floats(file, rowsMax);
    }
    throw new BenchException(file + ": vectors are read from fvecs, bvecs, npy, idx-ubyte or hdf5");
  }

  private static boolean isVectors(String name) {
    // MNIST's labels have the same ending as its images.
    return VECTORS.stream().anyMatch(name::endsWith) && !name.contains("label");
  }

  private static boolean has(String name, List<String> words) {
    return words.stream().anyMatch(name::contains);
  }

  /** Of several the one with the shortest name: the others are mostly excerpts of it. */
  private static Optional<Path> find(Path folder, Predicate<String> wanted) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> wanted.test(file.getFileName().toString()))
          .min(
              Comparator.comparingInt((Path file) -> file.getFileName().toString().length())
                  .thenComparing(Comparator.naturalOrder()));
    } catch (IOException e) {
      throw new BenchException("cannot list " + folder + ": " + e, e);
    }
  }
}
