package io.akidb.diskann.graph;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.format.v1.Spill;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;

/**
 * Chooses the space that a graph is built in: of quantized vectors where they tell neighbours apart
 * as the vectors do, of the vectors themselves otherwise. Owns the quantized vectors' work file.
 */
final class BuildSpaces implements AutoCloseable {
  /**
   * The most that rounding may add to a squared distance, as a share of the squared distance to a
   * near vector.
   */
  private static final double ERROR_MAX = 0.01;

  private static final int PROBES = 64;
  private static final int PROBED = 2048;

  private final StoredSpace space;
  private final Scaling scaling;
  private final int medoid;
  private final Runnable codes;

  private BuildSpaces(StoredSpace space, Scaling scaling, int medoid, Runnable codes) {
    this.space = space;
    this.scaling = scaling;
    this.medoid = medoid;
    this.codes = codes;
  }

  /** Reads all vectors of a mapped spill, of which there is at least one. */
  static BuildSpaces of(Spill spill, DistanceMetric metric, long seed, Path workDirectory) {
    Scaling scaling = new Scaling(spill, metric);
    int medoid = scaling.medoid();
    StoredSpace exact = new ExactSpace(spill, metric, scaling);
    int n = spill.size();
    int components = scaling.length();
    int length = QuantizedSpace.codeLength(components);
    WorkFile file = new WorkFile(workDirectory, "codes", QuantizedSpace.bytes(n, length));
    try {
      QuantizedSpace quantized = new QuantizedSpace(file.bytes(), n, length);
      double error = 0;
      float[] vector = new float[components];
      byte[] code = new byte[length];
      for (int i = 0; i < n; i++) {
        if (Thread.currentThread().isInterrupted()) {
          throw new CancellationException("the build was interrupted");
        }
        scaling.load(i, vector);
        float scale = QuantizedSpace.quantize(vector, components, code);
        quantized.set(i, code, scale);
        for (int d = 0; d < components; d++) {
          double off = vector[d] - scale * code[d];
          error += off * off;
        }
      }
      // Two vectors are rounded in each distance.
      if (2 * error / n <= ERROR_MAX * nearDistance(exact, seed)) {
        return new BuildSpaces(quantized, scaling, medoid, file::close);
      }
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
    file.close();
    return new BuildSpaces(exact, scaling, medoid, () -> {});
  }

  /**
   * How far near vectors are from each other: of some vectors, the nearest out of a sample. Reads
   * the sample in the vectors' order, since that may be from a disk.
   */
  private static double nearDistance(BuildSpace space, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] probes = new int[PROBES];
    long[] pairs = new long[PROBES * PROBED];
    for (int p = 0; p < PROBES; p++) {
      probes[p] = random.nextInt(space.size());
      for (int i = 0; i < PROBED; i++) {
        pairs[p * PROBED + i] = (long) random.nextInt(space.size()) * PROBES + p;
      }
    }
    Arrays.sort(pairs);
    float[] nearest = new float[PROBES];
    Arrays.fill(nearest, Float.POSITIVE_INFINITY);
    for (long pair : pairs) {
      int p = (int) (pair % PROBES);
      int other = (int) (pair / PROBES);
      // To itself the distance is 0 but for rounding, which would look like a very near one.
      float distance = other == probes[p] ? 0 : space.between(probes[p], other);
      nearest[p] = distance > 0 ? Math.min(nearest[p], distance) : nearest[p];
    }
    Arrays.sort(nearest);
    return nearest[PROBES / 4];
  }

  StoredSpace space() {
    return space;
  }

  /** How the vectors were brought into the space. */
  Scaling scaling() {
    return scaling;
  }

  /** The vector nearest to the mean of all. */
  int medoid() {
    return medoid;
  }

  @Override
  public void close() {
    codes.run();
  }
}
