package io.akidb.bench.data;

import io.akidb.bench.BenchException;
import io.akidb.diskann.DistanceMetric;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Data sets in one form, with exact neighbours that were checked or computed, so that every engine
 * in whatever language maps the same bytes, and nothing is read or computed twice.
 */
public final class DataCache {
  /** As many neighbours as are kept of each query. */
  public static final int TRUTH = 100;

  /** The generated set's name. */
  public static final String GENERATED = "s1m";

  private static final int GENERATED_ROWS = 1_000_000;
  private static final int GENERATED_QUERIES = 1_000;
  private static final long GENERATED_SEED = 42;
  private static final int CHECKED_QUERIES = 4;
  private static final int CHECKED_RANKS = 10;

  private final Path root;
  private final Consumer<String> log;

  /**
   * A cache in a folder.
   *
   * @param log is told what takes long, and what is odd
   */
  public DataCache(Path root, Consumer<String> log) {
    this.root = root;
    this.log = log;
  }

  /**
   * The folder of a prepared set, for {@link PreparedData}.
   *
   * @param source {@value #GENERATED}, or a folder or file of vectors
   * @param rows how many base vectors at most; 0 for all
   * @param queries how many queries at most; 0 for all
   * @param metric the metric, or null for what the files say
   */
  public Path prepare(String source, int rows, int queries, @Nullable DistanceMetric metric) {
    int rowsMax = rows == 0 ? Integer.MAX_VALUE : rows;
    int queriesMax = queries == 0 ? Integer.MAX_VALUE : queries;
    boolean isGenerated = source.equals(GENERATED);
    Path path = isGenerated ? root : Path.of(source).toAbsolutePath().normalize();
    String name = isGenerated ? GENERATED : nameOf(path);
    String shape = (rows == 0 ? "all" : rows) + "-" + (queries == 0 ? "all" : queries);
    String print = isGenerated ? "" : "-" + fingerprint(path, String.valueOf(metric));
    Path folder = root.resolve(name + "-" + shape + print);
    if (!PreparedData.isIn(folder)) {
      log.accept("preparing " + name + " in " + folder);
      RawData raw =
          isGenerated
              ? generate(rows, queriesMax)
              : VectorFiles.read(path, rowsMax, queriesMax, metric);
      write(name, raw, folder);
    }
    return folder;
  }

  private static RawData generate(int rows, int queriesMax) {
    int count = rows == 0 ? GENERATED_ROWS : rows;
    RawData raw = MixtureGenerator.generate(GENERATED_SEED, count, GENERATED_QUERIES);
    int queries = Math.min(queriesMax, GENERATED_QUERIES);
    return new RawData(
        raw.metric(), raw.base(), Arrays.copyOf(raw.queries(), queries), raw.truth());
  }

  private void write(String name, RawData raw, Path folder) {
    if (raw.base().length == 0
        || raw.queries().length == 0
        || raw.base()[0].length != raw.queries()[0].length) {
      throw new BenchException(
          name + ": there must be base vectors and queries, and of one dimension");
    }
    raw.normalize();
    int[][] truth = raw.truth();
    if (!holds(raw)) {
      log.accept(
          (truth.length == 0
                  ? "no ground truth is given"
                  : "the given ground truth is of other rows")
              + ": computing the exact neighbours of "
              + raw.queries().length
              + " queries");
      truth =
          ExactNeighbors.find(
              raw.metric(),
              raw.base(),
              raw.queries(),
              Math.min(TRUTH, raw.base().length),
              row -> true);
    }
    PreparedData.write(folder, new DataSet(name, raw.metric(), raw.base(), raw.queries(), truth));
  }

  /** Whether a given ground truth is of these very vectors: some of it is computed again. */
  private static boolean holds(RawData raw) {
    int[][] truth = raw.truth();
    if (truth.length != raw.queries().length || truth[0].length < CHECKED_RANKS) {
      return false;
    }
    for (int[] rows : truth) {
      if (Arrays.stream(rows).anyMatch(row -> row < 0 || row >= raw.base().length)) {
        return false;
      }
    }
    float[][] some = Arrays.copyOf(raw.queries(), Math.min(CHECKED_QUERIES, truth.length));
    int[][] exact = ExactNeighbors.find(raw.metric(), raw.base(), some, CHECKED_RANKS, row -> true);
    for (int q = 0; q < some.length; q++) {
      for (int rank = 0; rank < CHECKED_RANKS; rank++) {
        // Equal distances may stand in any order, so distances are compared.
        float given = ExactNeighbors.distance(raw.metric(), some[q], raw.base()[truth[q][rank]]);
        float found = ExactNeighbors.distance(raw.metric(), some[q], raw.base()[exact[q][rank]]);
        if (Math.abs(given - found) > 1e-3f * Math.max(1, Math.abs(found))) {
          return false;
        }
      }
    }
    return true;
  }

  private static String nameOf(Path path) {
    String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
    String stem = name.contains(".") ? name.substring(0, name.indexOf('.')) : name;
    return stem.replaceAll("[^a-z0-9-]", "-");
  }

  /** Changes when a file does. */
  private static String fingerprint(Path path, String more) {
    StringBuilder text = new StringBuilder(path + "|" + more);
    try (Stream<Path> files = Files.walk(path, 1, FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        text.append('|').append(file).append('|').append(Files.size(file));
        text.append('|').append(Files.getLastModifiedTime(file).toMillis());
      }
    } catch (IOException e) {
      throw new BenchException("cannot read " + path + "; name a folder, a file, or s1m", e);
    }
    CRC32C crc = new CRC32C();
    crc.update(text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
