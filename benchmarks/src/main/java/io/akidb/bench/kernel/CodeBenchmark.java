package io.akidb.bench.kernel;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.PqCodebook;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Product quantization: what a query prepares once, and the estimate of each code. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodeBenchmark {
  static final int CODES = 256;
  private static final int SAMPLE = 2_000;

  /** Components of a vector. */
  @Param({"128", "384", "784"})
  public int dimension;

  private Arena arena = Arena.global();
  private MemorySegment codes = MemorySegment.NULL;
  private float[][] sample = new float[0][];
  private PqCodebook codebook = PqCodebook.train(new float[1][1], DistanceMetric.L2, 1, 42);
  private float[] table = new float[0];
  private byte[] code = new byte[0];

  /** Trains a codebook and encodes. */
  @Setup(Level.Trial)
  public void setUp() {
    Random random = new Random(42);
    sample = new float[SAMPLE][dimension];
    for (float[] vector : sample) {
      for (int d = 0; d < dimension; d++) {
        vector[d] = (float) random.nextGaussian();
      }
    }
    int subspaces = PqCodebook.defaultSubspaces(dimension, DistanceMetric.L2);
    codebook = PqCodebook.train(sample, DistanceMetric.L2, subspaces, 42);
    table = new float[subspaces * PqCodebook.CENTROIDS];
    code = new byte[subspaces];
    arena = Arena.ofConfined();
    codes = arena.allocate((long) CODES * subspaces, 64);
    for (int i = 0; i < CODES; i++) {
      codebook.encode(sample[i], code, 0);
      MemorySegment.copy(code, 0, codes, ValueLayout.JAVA_BYTE, (long) i * subspaces, subspaces);
    }
    codebook.fillTable(sample[0], table);
  }

  /** Frees the memory. */
  @TearDown(Level.Trial)
  public void tearDown() {
    arena.close();
  }

  /** Encoding a vector. */
  @Benchmark
  public byte[] encode() {
    codebook.encode(sample[1], code, 0);
    return code;
  }

  /** A query's table. */
  @Benchmark
  public float[] fillTable() {
    codebook.fillTable(sample[0], table);
    return table;
  }

  /** The estimate of one code, of some that are in the cache. */
  @Benchmark
  @OperationsPerInvocation(CODES)
  public float estimate() {
    float sum = 0;
    int subspaces = codebook.subspaces();
    for (int i = 0; i < CODES; i++) {
      sum += PqCodebook.estimate(table, codes, (long) i * subspaces, subspaces);
    }
    return sum;
  }
}
