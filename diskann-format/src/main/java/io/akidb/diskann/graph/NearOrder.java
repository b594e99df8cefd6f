package io.akidb.diskann.graph;

import io.akidb.diskann.Kernels;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RecursiveAction;

/**
 * An order in which near vectors follow each other, at every scale: vectors are parted in halves
 * along the line through the centres of two clusters of them, and each half again. So whatever run
 * of records a disk is asked for, the records in it are near each other (as the pages of Starling,
 * Wang et al., SIGMOD 2024, section 4, which are packed by the graph instead). All cores take part;
 * the order depends on the vectors alone. Takes 8 bytes a vector.
 */
final class NearOrder {
  /** So many vectors tell along which line to part all. */
  private static final int SAMPLE = 128;

  /** So many vectors are read once and parted to the end, if there is the memory. */
  private static final int READ_AT_ONCE_MAX = 512;

  /** The part of the memory that vectors which were read may take, one out of so many. */
  private static final int READ_SHARE = 16;

  private static final int ROUNDS = 4;

  /** Where vectors are read from, by several threads. */
  interface Vectors {
    /** Copies a node's vector, of unit length for cosine. */
    void read(int node, float[] into);
  }

  private final Vectors vectors;
  private final int padded;
  private final int run;
  private final int first;
  private final int readAtOnce;

  /** In the lower half of each a node; the upper one is what they are sorted by. */
  private final long[] keys;

  private NearOrder(Vectors vectors, int padded, int run, int first, int readAtOnce, long[] keys) {
    this.vectors = vectors;
    this.padded = padded;
    this.run = run;
    this.first = first;
    this.readAtOnce = readAtOnce;
    this.keys = keys;
  }

  /**
   * Orders a range of nodes.
   *
   * @param padded components of a vector
   * @param run so many nodes are in no order among themselves; parts end at multiples of this many
   *     times powers of two
   * @param order {@code [n]}, gets the nodes from {@code from} to {@code to} at these places
   * @param memory of the build, in bytes
   */
  static void arrange(
      Vectors vectors, int padded, int run, int from, int to, int[] order, long memory) {
    long rowsOfAll = memory / READ_SHARE / (4L * padded);
    int readers = ForkJoinPool.getCommonPoolParallelism() + 1;
    int readAtOnce = Math.clamp(rowsOfAll / readers, 2, READ_AT_ONCE_MAX);
    long[] keys = new long[to - from];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = (long) from + i;
    }
    new NearOrder(vectors, padded, run, from, readAtOnce, keys).new Part(0, keys.length).invoke();
    for (int i = 0; i < keys.length; i++) {
      order[from + i] = (int) keys[i];
    }
  }

  /** Orders a part of the keys, both halves at once. */
  private final class Part extends RecursiveAction {
    private static final long serialVersionUID = 1;
    private final int from;
    private final int to;

    Part(int from, int to) {
      this.from = from;
      this.to = to;
    }

    @Override
    protected void compute() {
      int middle = middle(from, to);
      if (middle < 0) {
        return;
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("the build was interrupted");
      }
      if (to - from <= readAtOnce) {
        float[][] rows = new float[to - from][padded];
        for (int i = 0; i < rows.length; i++) {
          vectors.read((int) keys[from + i], rows[i]);
        }
        halve(rows, from, to);
        return;
      }
      float[] line = line(sample());
      float[] row = new float[padded];
      for (int i = from; i < to; i++) {
        vectors.read((int) keys[i], row);
        keys[i] = key(Kernels.dot(line, row), (int) keys[i]);
      }
      Arrays.sort(keys, from, to);
      invokeAll(new Part(from, middle), new Part(middle, to));
    }

    private float[][] sample() {
      float[][] sample = new float[Math.min(SAMPLE, readAtOnce)][padded];
      for (int i = 0; i < sample.length; i++) {
        vectors.read((int) keys[from + (int) ((long) i * (to - from) / sample.length)], sample[i]);
      }
      return sample;
    }
  }

  /** Orders keys whose vectors are in memory, and the vectors with them. */
  private void halve(float[][] rows, int from, int to) {
    int middle = middle(from, to);
    if (middle < 0) {
      return;
    }
    int count = to - from;
    float[] line = line(rows);
    long[] places = new long[count];
    for (int i = 0; i < count; i++) {
      places[i] = key(Kernels.dot(line, rows[i]), i);
    }
    Arrays.sort(places);
    float[][] sorted = new float[count][];
    long[] nodes = new long[count];
    for (int i = 0; i < count; i++) {
      sorted[i] = rows[(int) places[i]];
      nodes[i] = keys[from + (int) places[i]];
    }
    System.arraycopy(nodes, 0, keys, from, count);
    halve(Arrays.copyOf(sorted, middle - from), from, middle);
    halve(Arrays.copyOfRange(sorted, middle - from, count), middle, to);
  }

  /**
   * Where the second half begins: within the part, the number that is a multiple of the most runs
   * that are a power of two; -1 if there is none.
   */
  private int middle(int from, int to) {
    int before = (first + from) / run;
    int last = (first + to - 1) / run;
    if (before == last) {
      return -1;
    }
    return (last & -Integer.highestOneBit(before ^ last)) * run - first;
  }

  private static long key(float projection, int node) {
    int bits = Float.floatToIntBits(projection);
    return (long) (bits ^ (bits >> 31 & Integer.MAX_VALUE)) << 32 | node;
  }

  /** From the centre of one cluster to the other's: k-means of two, of equal sizes. */
  private float[] line(float[][] rows) {
    int step = Math.max(1, rows.length / SAMPLE);
    int count = rows.length / step;
    int first = farthest(rows, step, 0);
    float[] line = difference(rows[farthest(rows, step, first)], rows[first]);
    long[] places = new long[count];
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < count; i++) {
        places[i] = key(Kernels.dot(line, rows[i * step]), i * step);
      }
      Arrays.sort(places);
      Arrays.fill(line, 0);
      for (int i = 0; i < count; i++) {
        float weight = 2 * i < count ? -2f / (count + 1) : 2f / (count + 1);
        float[] row = rows[(int) places[i]];
        for (int d = 0; d < padded; d++) {
          line[d] += weight * row[d];
        }
      }
    }
    return line;
  }

  private static int farthest(float[][] rows, int step, int from) {
    int farthest = from;
    float distance = -1;
    for (int i = 0; i < rows.length; i += step) {
      float other = Kernels.squaredL2(rows[from], rows[i]);
      if (other > distance) {
        distance = other;
        farthest = i;
      }
    }
    return farthest;
  }

  private static float[] difference(float[] a, float[] b) {
    float[] difference = new float[a.length];
    for (int d = 0; d < a.length; d++) {
      difference[d] = a[d] - b[d];
    }
    return difference;
  }
}
