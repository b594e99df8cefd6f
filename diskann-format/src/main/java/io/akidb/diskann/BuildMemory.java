package io.akidb.diskann;

/**
 * What building a shard takes of memory: heap, and buffers beside it. Vectors, their codes, the
 * graph, ids and payloads lie in mapped files, which are the page cache's, and what walks read of
 * them at once is bounded too; what the JVM itself takes (its code, its classes, its compilers:
 * some 70 MB) is apart.
 */
public final class BuildMemory {
  /** Buffers of files, what calibration holds, and small things. */
  private static final long FIXED_BYTES = 6 << 20;

  /** Numbers of nodes and positions, and the hashes of ids while they are sorted. */
  private static final long BYTES_PER_VECTOR = 28;

  /** Vectors as they are held to train or to calibrate on, in three forms. */
  private static final long BYTES_PER_SAMPLED_COMPONENT = 12;

  private static final int SAMPLED = 256;

  /** What a thread holds whatever it does, and of each node that a walk may meet. */
  private static final long BYTES_PER_THREAD = 1 << 16;

  private static final long BYTES_PER_MET_NODE = 32;
  private static final int BITS_PER_BYTE = 8;
  private static final long BYTES_PER_ATTRIBUTE = 8192;

  /** Sixteenths of the memory that are shared out by need: attributes, records on their way. */
  private static final int SHARED = 3;

  /** The same of builds that train a quantizer, on a sample. */
  private static final int SHARED_IF_TRAINED = 9;

  private static final int SHARES = 16;

  /**
   * The part of the memory that one partition's codes and graph may take as page cache, one out of
   * so many; the rest is for the heap, and for what is read and written once.
   */
  private static final int PARTITION_SHARE = 2;

  /** The part of the memory that a sample may take by which vectors are parted. */
  private static final int SAMPLE_SHARE = 16;

  /** Least vectors of a partition, as a part of all: one out of so many. */
  private static final int PARTITION_MIN = 256;

  private BuildMemory() {}

  /**
   * How many vectors' graph is built at once. Walks read codes and lists of neighbours at random:
   * if those of all vectors together are more than {@code buildMemoryBytesMax}, graphs of parts are
   * built whose codes and lists take half of that.
   *
   * @param vectors how many, 0 or more
   * @param bytesOfOne that walks read of a vector while the graph of all is built
   * @param bytesOfMember the same while a part's is
   * @return {@code vectors} if the graph of all can be built at once
   */
  public static int vectorsAtOnce(
      BuildParameters parameters, int vectors, long bytesOfOne, long bytesOfMember) {
    long memory = parameters.buildMemoryBytesMax();
    if (vectors * bytesOfOne <= memory) {
      return vectors;
    }
    long least = Math.ceilDiv(vectors, PARTITION_MIN);
    return (int) Math.min(vectors, Math.max(least, memory / PARTITION_SHARE / bytesOfMember));
  }

  /** How many vectors of so many components may be held in the heap to part all by them. */
  public static int sampleMax(BuildParameters parameters, int components) {
    long affordable = parameters.buildMemoryBytesMax() / SAMPLE_SHARE / (4L * components);
    return Math.clamp(affordable, SAMPLED, Integer.MAX_VALUE / components);
  }

  /**
   * The least {@code buildMemoryBytesMax} that a shard of so many vectors can be built with.
   *
   * @param vectors how many, 0 or more
   */
  public static long bytesMin(IndexSchema schema, BuildParameters parameters, long vectors) {
    long met = Math.min(vectors, (long) parameters.buildListSize() * parameters.maxDegree());
    long numbers =
        schema.attributes().values().stream()
            .filter(type -> type == AttributeType.LONG || type == AttributeType.DOUBLE)
            .count();
    long bytes =
        FIXED_BYTES
            + BYTES_PER_VECTOR * vectors
            + numbers * vectors / BITS_PER_BYTE
            + schema.attributes().size() * BYTES_PER_ATTRIBUTE
            + SAMPLED * BYTES_PER_SAMPLED_COMPONENT * schema.dimension()
            + parameters.threads() * (BYTES_PER_THREAD + met * BYTES_PER_MET_NODE);
    boolean trains = parameters.quantization() != Quantization.BINARY_NEIGHBOURS;
    return bytes / (SHARES - (trains ? SHARED_IF_TRAINED : SHARED)) * SHARES;
  }

  /**
   * Requires that a shard of so many vectors can be built within {@code buildMemoryBytesMax}.
   *
   * @throws IllegalArgumentException that says how much it would take
   */
  public static void requireEnough(IndexSchema schema, BuildParameters parameters, long vectors) {
    long least = bytesMin(schema, parameters, vectors);
    if (parameters.buildMemoryBytesMax() < least) {
      throw new IllegalArgumentException(
          "buildMemoryBytesMax is "
              + parameters.buildMemoryBytesMax()
              + ", building "
              + vectors
              + " vectors of "
              + schema.dimension()
              + " components takes at least "
              + least
              + ": give it that much, or build smaller shards");
    }
  }
}
