package io.akidb.bench.kernel;

import io.akidb.diskann.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One distance of full vectors: in the cache, and at a random place of memory, where a search has
 * most of them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DistanceBenchmark {
  /** Far beyond any cache. */
  static final long FAR_BYTES = 512L << 20;

  /** Components of a vector. */
  @Param({"128", "384", "784"})
  public int dimension;

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(42);

  private float[] a = new float[0];
  private float[] b = new float[0];
  private MemorySegment near = MemorySegment.NULL;
  private MemorySegment far = MemorySegment.NULL;
  private Arena arena = Arena.global();
  private int farVectors;

  /** Fills vectors and memory. */
  @Setup(Level.Trial)
  public void setUp() {
    setUp(FAR_BYTES);
  }

  void setUp(long farBytes) {
    arena = Arena.ofConfined();
    a = vector();
    b = vector();
    near = arena.allocate(4L * dimension, 64);
    MemorySegment.copy(b, 0, near, ValueLayout.JAVA_FLOAT, 0, dimension);
    far = arena.allocate(farBytes, 64);
    farVectors = (int) (farBytes / (4L * dimension));
    for (int i = 0; i < farVectors; i++) {
      MemorySegment.copy(near, 0, far, 4L * dimension * i, 4L * dimension);
    }
  }

  private float[] vector() {
    float[] vector = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      vector[d] = random.nextFloat();
    }
    return vector;
  }

  /** Frees the memory. */
  @TearDown(Level.Trial)
  public void tearDown() {
    arena.close();
  }

  /** Squared Euclidean, of arrays. */
  @Benchmark
  public float squaredL2OfArrays() {
    return Kernels.squaredL2(a, b);
  }

  /** Squared Euclidean, of an array and mapped memory. */
  @Benchmark
  public float squaredL2OfSegment() {
    return Kernels.squaredL2(a, near, 0, dimension);
  }

  /** Squared Euclidean, of an array and memory that is in no cache. */
  @Benchmark
  public float squaredL2OfFarSegment() {
    return Kernels.squaredL2(a, far, 4L * dimension * random.nextInt(farVectors), dimension);
  }

  /** Inner product, of arrays. */
  @Benchmark
  public float dotOfArrays() {
    return Kernels.dot(a, b);
  }

  /** Inner product, of an array and mapped memory. */
  @Benchmark
  public float dotOfSegment() {
    return Kernels.dot(a, near, 0, dimension);
  }
}
