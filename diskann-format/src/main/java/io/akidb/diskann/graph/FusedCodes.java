package io.akidb.diskann.graph;

import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.format.v1.NodeLayout;
import io.akidb.diskann.format.v1.PageAdvice;
import io.akidb.diskann.format.v1.SectionOutput;
import io.akidb.diskann.format.v1.ShardContents;
import io.akidb.diskann.format.v1.Spill;
import io.akidb.diskann.kernel.SegmentLayout;
import io.akidb.diskann.quantization.BinaryEncoder;
import io.akidb.diskann.quantization.NeighbourCodes;
import io.akidb.diskann.quantization.Rotation;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The codes that go into the records of a fused graph. All rotated vectors lie in a work file, in
 * the nodes' order; records are encoded by all cores, some thousand at a time.
 */
final class FusedCodes implements AutoCloseable, ShardContents.Codes {
  private static final int STEP = 2048;
  private static final int BUFFER_BYTES_MAX = 16 << 20;

  /** The part of the memory that the buffer may take, one out of so many. */
  private static final int BUFFER_SHARE = 16;

  private final DistanceMetric metric;
  private final Rotation rotation;
  private final float[] centre;
  private final WorkFile rotated;
  private final ShardContents.Neighbours graph;
  private final int size;
  private final NodeLayout layout;
  private final int bytes;
  private final byte[] buffer;
  private final int[] degrees;
  private final int buffered;
  private int first;
  private int end;

  FusedCodes(
      Spill spill,
      IndexSchema schema,
      BuildParameters parameters,
      NodeLayout layout,
      int[] positions,
      ShardContents.Neighbours graph,
      Path workDirectory) {
    int dimension = schema.dimension();
    this.metric = schema.metric();
    this.graph = graph;
    this.size = positions.length;
    this.layout = layout;
    this.rotation = Rotation.random(Rotation.lengthFor(dimension), parameters.seed());
    this.centre = metric == DistanceMetric.DOT ? new float[dimension] : mean(spill, dimension);
    this.bytes = layout.codes(layout.maxDegree()).bytes();
    long memory = Math.min(BUFFER_BYTES_MAX, parameters.buildMemoryBytesMax() / BUFFER_SHARE);
    this.buffered = Math.clamp(memory / bytes, 1, Math.max(1, Math.min(STEP, size)));
    this.buffer = new byte[buffered * bytes];
    this.degrees = new int[buffered];
    this.rotated = new WorkFile(workDirectory, "rotated", 4L * rotation.length() * size);
    try {
      inSteps(size, (from, to) -> rotate(spill, positions, from, to));
      // From here on neighbours are read, most of which are not next to each other.
      PageAdvice.random(rotated.bytes());
    } catch (RuntimeException | Error e) {
      rotated.close();
      throw e;
    }
  }

  Rotation rotation() {
    return rotation;
  }

  float[] centre() {
    return centre;
  }

  /** The mean of all vectors, for cosine of them at unit length, {@code [dimension]}. */
  static float[] mean(Spill spill, int dimension) {
    double[] sum = new double[dimension];
    float[] vector = new float[spill.paddedDimension()];
    for (int i = 0; i < spill.size(); i++) {
      spill.vector(i, vector);
      float scale = spill.inverseNorm(i);
      for (int d = 0; d < dimension; d++) {
        sum[d] += vector[d] * scale;
      }
    }
    float[] mean = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      mean[d] = (float) (sum[d] / Math.max(1, spill.size()));
    }
    return mean;
  }

  private interface Range {
    void run(int from, int to);
  }

  private static void inSteps(int count, Range range) {
    IntStream.range(0, (count + STEP - 1) / STEP)
        .parallel()
        .forEach(step -> range.run(step * STEP, Math.min(count, (step + 1) * STEP)));
  }

  private void rotate(Spill spill, int[] positions, int from, int to) {
    float[] vector = new float[Math.max(spill.paddedDimension(), rotation.length())];
    for (int node = from; node < to; node++) {
      spill.vector(positions[node], vector);
      Arrays.fill(vector, centre.length, vector.length, 0);
      float scale = spill.inverseNorm(positions[node]);
      for (int d = 0; d < centre.length; d++) {
        vector[d] = vector[d] * scale - centre[d];
      }
      rotation.rotate(vector);
      MemorySegment.copy(
          vector,
          0,
          rotated.bytes(),
          SegmentLayout.F32,
          4L * rotation.length() * node,
          rotation.length());
    }
  }

  private BinaryEncoder newEncoder(int countMax) {
    return new BinaryEncoder(metric, rotation.length(), countMax);
  }

  @Override
  public void put(SectionOutput out, int node) {
    if (node >= end) {
      first = node;
      end = first + Math.min(buffered, size - first);
      encode(end - first);
    }
    int i = node - first;
    out.putBytes(buffer, i * bytes, layout.codes(degrees[i]).bytes());
  }

  private void encode(int count) {
    int step = 128;
    IntStream.range(0, (count + step - 1) / step)
        .parallel()
        .forEach(
            part -> {
              BinaryEncoder encoder = newEncoder(layout.maxDegree());
              int[] neighbours = new int[layout.maxDegree()];
              float[] own = new float[rotation.length()];
              for (int i = part * step; i < Math.min(count, (part + 1) * step); i++) {
                int degree = graph.copy(first + i, neighbours);
                MemorySegment.copy(
                    rotated.bytes(),
                    SegmentLayout.F32,
                    4L * own.length * (first + i),
                    own,
                    0,
                    own.length);
                degrees[i] = degree;
                encoder.encode(
                    own,
                    rotated.bytes(),
                    neighbours,
                    degree,
                    layout.codes(degree),
                    buffer,
                    i * bytes);
              }
            });
  }

  /** Codes of nodes as seen from the centre of all. */
  byte[] entries(int[] nodes) {
    BinaryEncoder encoder = newEncoder(nodes.length);
    NeighbourCodes shape = NeighbourCodes.of(nodes.length, layout.codeGroups());
    byte[] codes = new byte[shape.bytes()];
    encoder.encode(
        new float[rotation.length()], rotated.bytes(), nodes, nodes.length, shape, codes, 0);
    return codes;
  }

  @Override
  public void close() {
    rotated.close();
  }
}
