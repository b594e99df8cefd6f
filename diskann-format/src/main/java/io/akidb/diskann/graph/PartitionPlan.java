package io.akidb.diskann.graph;

import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.kernel.BestKernels;
import io.akidb.diskann.quantization.KMeans;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;

/**
 * Overlapping partitions of vectors (Subramanya et al., DiskANN, NeurIPS 2019, section 3.2): each
 * vector is a member of the two whose centres are nearest to it, as far as these have places left,
 * and at home in the nearer one. All vectors are numbered anew by their homes, so that those of one
 * partition follow each other: a number of that kind is a slot. Follows from the vectors and the
 * seed. 16 bytes of heap a vector.
 */
final class PartitionPlan {
  /** Vectors that are to be parted, named by their positions. */
  interface Vectors {
    int size();

    int components();

    /** Copies a vector to {@code into[components]}. */
    void load(int position, float[] into);
  }

  /** Most partitions: so many centres are compared with each vector. */
  static final int PARTITIONS_MAX = 1024;

  /** The share of all places that are to be taken: partitions are of different sizes. */
  static final double FILL = 0.7;

  /** If the largest is over its bound by the sample, there are to be more of them. */
  private static final int ATTEMPTS = 6;

  private static final double GROWTH = 1.3;
  private static final int ITERATIONS = 12;
  private static final int SAMPLED_PER_PARTITION = 1024;
  private static final int PROGRESS_STEP = 4096;
  private static final short NONE = -1;

  private final int bound;
  private final int partitions;

  /** {@code [components][partitions]}, as {@link KMeans} has it. */
  private final float[] centres;

  private final int[] members;
  private final short[] home;
  private final short[] second;

  /** Of each partition the member nearest to its centre: first its position, then its slot. */
  private final int[] entries;

  private final float[] entryDistances;
  private int[] windows = new int[0];
  private int[] order = new int[0];

  /**
   * Plans.
   *
   * @param bound most members of a partition, enough for {@link #PARTITIONS_MAX} of them
   * @param sampled most vectors that the heap may hold at once
   * @throws CancellationException if the thread is interrupted
   */
  PartitionPlan(Vectors vectors, int bound, int sampled, long seed, BuildProgress progress) {
    this.bound = bound;
    this.centres = centres(vectors, bound, sampled, seed);
    this.partitions = centres.length / vectors.components();
    this.members = new int[partitions];
    this.home = new short[vectors.size()];
    this.second = new short[vectors.size()];
    this.entries = new int[partitions];
    this.entryDistances = new float[partitions];
    assign(vectors, progress);
    number();
  }

  private static float[] centres(Vectors vectors, int bound, int sampled, long seed) {
    int n = vectors.size();
    int components = vectors.components();
    int count = (int) Math.max(4, Math.ceil(2.0 * n / (FILL * bound)));
    if (count > PARTITIONS_MAX) {
      throw new IllegalArgumentException(count + " partitions are too many");
    }
    int taken = (int) Math.min(Math.min(n, sampled), (long) SAMPLED_PER_PARTITION * count);
    float[] sample = sample(vectors, taken, seed);
    float[] centres = train(sample, taken, components, count, seed);
    for (int attempt = 1;
        attempt < ATTEMPTS && largest(sample, taken, centres, count) > (double) bound * taken / n;
        attempt++) {
      count = (int) Math.min(PARTITIONS_MAX, Math.ceil(count * GROWTH));
      centres = train(sample, taken, components, count, seed);
    }
    return centres;
  }

  /** One out of each of equally long runs. */
  private static float[] sample(Vectors vectors, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int components = vectors.components();
    float[] sample = new float[Math.multiplyExact(count, components)];
    float[] vector = new float[components];
    for (int i = 0; i < count; i++) {
      long from = (long) i * vectors.size() / count;
      long to = (long) (i + 1) * vectors.size() / count;
      vectors.load((int) random.nextLong(from, to), vector);
      System.arraycopy(vector, 0, sample, i * components, components);
    }
    return sample;
  }

  private static float[] train(float[] sample, int taken, int components, int count, long seed) {
    return new KMeans(components, count, ITERATIONS, seed).train(sample, taken, components, 0);
  }

  /** Members of the largest partition out of a sample. */
  private static int largest(float[] sample, int taken, float[] centres, int count) {
    int components = centres.length / count;
    int[] sizes = new int[count];
    float[] distances = new float[count];
    for (int i = 0; i < taken; i++) {
      BestKernels.floats()
          .squaredL2ToColumns(sample, i * components, components, centres, 0, count, distances, 0);
      int nearest = KMeans.argMin(distances, 0, count);
      sizes[nearest]++;
      distances[nearest] = Float.POSITIVE_INFINITY;
      sizes[KMeans.argMin(distances, 0, count)]++;
    }
    return Arrays.stream(sizes).max().orElse(0);
  }

  private void assign(Vectors vectors, BuildProgress progress) {
    float[] vector = new float[vectors.components()];
    float[] distances = new float[partitions];
    for (int position = 0; position < home.length; position++) {
      if (position % PROGRESS_STEP == 0) {
        if (Thread.currentThread().isInterrupted()) {
          throw new CancellationException("the build was interrupted");
        }
        progress.update("partition", position, home.length);
      }
      vectors.load(position, vector);
      BestKernels.floats()
          .squaredL2ToColumns(vector, 0, vector.length, centres, 0, partitions, distances, 0);
      // There is always a place for the first, and but for very few partitions for the second.
      home[position] = join(position, distances, NONE);
      second[position] = join(position, distances, home[position]);
    }
    progress.update("partition", home.length, home.length);
  }

  /** Makes a vector a member of the nearest partition that has a place, and is not excepted. */
  private short join(int position, float[] distances, short except) {
    short nearest = NONE;
    for (short p = 0; p < partitions; p++) {
      if (p != except
          && members[p] < bound
          && (nearest == NONE || distances[p] < distances[nearest])) {
        nearest = p;
      }
    }
    if (nearest != NONE) {
      members[nearest]++;
      // Of numbers beyond f32, too, one is taken.
      if (!(distances[nearest] >= entryDistances[nearest]) || members[nearest] == 1) {
        entryDistances[nearest] = distances[nearest];
        entries[nearest] = position;
      }
    }
    return nearest;
  }

  /** Numbers by home, then by position. */
  private void number() {
    windows = new int[partitions + 1];
    for (short at : home) {
      windows[at + 1]++;
    }
    Arrays.parallelPrefix(windows, Integer::sum);
    int[] next = Arrays.copyOf(windows, partitions);
    order = new int[home.length];
    for (int position = 0; position < home.length; position++) {
      order[next[home[position]]++] = position;
    }
    int[] nearest = entries.clone();
    for (int slot = 0; slot < order.length; slot++) {
      int position = order[slot];
      if (nearest[home[position]] == position) {
        entries[home[position]] = slot;
      }
      if (second[position] != NONE && nearest[second[position]] == position) {
        entries[second[position]] = slot;
      }
    }
  }

  int partitions() {
    return partitions;
  }

  /** The first slot of each partition's own, and behind them the number of all. */
  int[] windows() {
    return windows;
  }

  /** The position of each slot. */
  int[] order() {
    return order;
  }

  /** The slot of each position. */
  int[] slots() {
    int[] slots = new int[order.length];
    for (int slot = 0; slot < slots.length; slot++) {
      slots[order[slot]] = slot;
    }
    return slots;
  }

  /** Members of all partitions together. */
  long memberships() {
    return Arrays.stream(members).asLongStream().sum();
  }

  /** The slots of a partition's members, ascending. */
  int[] members(int partition) {
    int[] slots = new int[members[partition]];
    int count = 0;
    for (int slot = 0; slot < order.length; slot++) {
      int position = order[slot];
      if (home[position] == partition || second[position] == partition) {
        slots[count++] = slot;
      }
    }
    return slots;
  }

  /** The slot of the member that is nearest to the partition's centre; it has to have one. */
  int entry(int partition) {
    return entries[partition];
  }
}
