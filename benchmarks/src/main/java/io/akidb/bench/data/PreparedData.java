package io.akidb.bench.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.akidb.bench.BenchException;
import io.akidb.diskann.DistanceMetric;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Random;

/**
 * A folder of {@code base.f32}, {@code query.f32} and {@code truth.i32} (rows one after another,
 * little-endian, no header), and {@code meta.json} with their shapes, which is written last.
 */
public final class PreparedData {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String META = "meta.json";
  private static final int FILTERED_NEIGHBORS = 10;

  private final Path folder;
  private final Meta meta;

  /**
   * Shapes.
   *
   * @param neighbors how many true neighbours of each query are there
   */
  public record Meta(
      String name, DistanceMetric metric, int rows, int dimension, int queries, int neighbors) {}

  /** Opens a folder that {@link DataCache#prepare} answered. */
  public PreparedData(Path folder) {
    this.folder = folder;
    try {
      this.meta = JSON.readValue(folder.resolve(META).toFile(), Meta.class);
    } catch (IOException e) {
      throw new BenchException("cannot read " + folder.resolve(META) + "; delete its folder", e);
    }
  }

  static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(META));
  }

  static void write(Path folder, DataSet data) {
    int neighbors = data.truth()[0].length;
    try {
      Files.createDirectories(folder);
      writeFloats(folder.resolve("base.f32"), data.base());
      writeFloats(folder.resolve("query.f32"), data.queries());
      writeInts(folder.resolve("truth.i32"), data.truth());
      Meta meta =
          new Meta(
              data.name(),
              data.metric(),
              data.base().length,
              data.dimension(),
              data.queries().length,
              neighbors);
      JSON.writeValue(folder.resolve(META).toFile(), meta);
    } catch (IOException e) {
      throw new BenchException("cannot write to " + folder + ": " + e, e);
    }
  }

  private static void writeFloats(Path file, float[][] vectors) throws IOException {
    try (OutputStream out = open(file)) {
      ByteBuffer row = ByteBuffer.allocate(4 * vectors[0].length).order(ByteOrder.LITTLE_ENDIAN);
      for (float[] vector : vectors) {
        row.asFloatBuffer().put(vector);
        out.write(row.array());
      }
    }
  }

  private static void writeInts(Path file, int[][] rows) throws IOException {
    try (OutputStream out = open(file)) {
      ByteBuffer row = ByteBuffer.allocate(4 * rows[0].length).order(ByteOrder.LITTLE_ENDIAN);
      for (int[] values : rows) {
        row.asIntBuffer().put(values);
        out.write(row.array());
      }
    }
  }

  private static OutputStream open(Path file) throws IOException {
    return new BufferedOutputStream(Files.newOutputStream(file), 1 << 20);
  }

  /** What is in it. */
  public Meta meta() {
    return meta;
  }

  /** Where it is. */
  public Path folder() {
    return folder;
  }

  /** Base vectors, {@code [rows][dimension]}. */
  public float[][] base() {
    return floats("base.f32", meta.rows());
  }

  /** Queries, {@code [queries][dimension]}. */
  public float[][] queries() {
    return floats("query.f32", meta.queries());
  }

  /** True neighbours, {@code [queries][neighbors]}. */
  public int[][] truth() {
    int[][] truth = new int[meta.queries()][meta.neighbors()];
    read("truth.i32", meta.neighbors(), truth.length, (row, i) -> row.asIntBuffer().get(truth[i]));
    return truth;
  }

  /**
   * Makes a filter that accepts a share of the rows, drawn by a seed, and its exact answers.
   *
   * @return its name
   */
  public String addFilter(double share, long seed) {
    String name = Double.toString(share);
    if (Files.exists(folder.resolve("filter-" + name + ".truth"))) {
      return name;
    }
    Random random = new Random(seed);
    BitSet rows = new BitSet(meta.rows());
    int wanted = Math.max(1, (int) Math.round(share * meta.rows()));
    for (int drawn = 0; drawn < wanted; ) {
      int row = random.nextInt(meta.rows());
      if (!rows.get(row)) {
        rows.set(row);
        drawn++;
      }
    }
    int[][] truth =
        ExactNeighbors.find(meta.metric(), base(), queries(), FILTERED_NEIGHBORS, rows::get);
    try {
      Files.write(folder.resolve("filter-" + name + ".rows"), rows.toByteArray());
      writeInts(folder.resolve("filter-" + name + ".truth"), truth);
    } catch (IOException e) {
      throw new BenchException("cannot write to " + folder + ": " + e, e);
    }
    return name;
  }

  /** The rows that a filter accepts. */
  public BitSet filteredRows(String filter) {
    try {
      return BitSet.valueOf(Files.readAllBytes(folder.resolve("filter-" + filter + ".rows")));
    } catch (IOException e) {
      throw new BenchException("there is no filter " + filter + " in " + folder, e);
    }
  }

  /** True neighbours among the rows that a filter accepts: {@code [queries][at most 10]}. */
  public int[][] filteredTruth(String filter) {
    Path file = folder.resolve("filter-" + filter + ".truth");
    int width = (int) (file.toFile().length() / 4 / meta.queries());
    int[][] truth = new int[meta.queries()][width];
    read(
        file.getFileName().toString(),
        width,
        truth.length,
        (r, i) -> r.asIntBuffer().get(truth[i]));
    return truth;
  }

  private float[][] floats(String name, int rows) {
    float[][] vectors = new float[rows][meta.dimension()];
    read(name, meta.dimension(), rows, (row, i) -> row.asFloatBuffer().get(vectors[i]));
    return vectors;
  }

  private interface RowSink {
    void accept(ByteBuffer row, int index);
  }

  private void read(String name, int width, int rows, RowSink sink) {
    Path file = folder.resolve(name);
    try (FileChannel channel = FileChannel.open(file)) {
      if (channel.size() != 4L * width * rows) {
        throw new BenchException(file + " has another length than its shape; delete its folder");
      }
      int atOnce = Math.max(1, (1 << 22) / (4 * width));
      ByteBuffer block =
          ByteBuffer.allocateDirect(4 * width * atOnce).order(ByteOrder.LITTLE_ENDIAN);
      for (int from = 0; from < rows; from += atOnce) {
        int count = Math.min(atOnce, rows - from);
        block.clear().limit(4 * width * count);
        while (block.hasRemaining() && channel.read(block) >= 0) {}
        for (int i = 0; i < count; i++) {
          block.limit(4 * width * (i + 1)).position(4 * width * i);
          sink.accept(block.slice().order(ByteOrder.LITTLE_ENDIAN), from + i);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
