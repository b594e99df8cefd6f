package io.akidb.diskann;

/**
 * How a graph is built (Subramanya et al., DiskANN, NeurIPS 2019).
 *
 * @param maxDegree R, the most neighbours of a node, 4 to 256
 * @param buildListSize L, how many candidates an insertion's search keeps, 8 to 2,000
 * @param alpha the pruning factor, 1 to 2; larger keeps longer edges
 * @param pqSubspaces M, bytes of a code of PQ or OPQ; 0 lets the dimension decide
 * @param seed of every random choice; one thread and one seed give one file
 * @param threads that build, 1 to 256
 * @param buildMemoryBytesMax the memory that building may take beside the page cache, at least
 *     {@link BuildMemory#bytesMin}; graphs whose walks would take more of the page cache are built
 *     in parts ({@link BuildMemory#vectorsAtOnce})
 * @param quantization which codes the graph is walked by
 * @param storage how full vectors are stored
 */
public record BuildParameters(
    int maxDegree,
    int buildListSize,
    float alpha,
    int pqSubspaces,
    long seed,
    int threads,
    long buildMemoryBytesMax,
    Quantization quantization,
    VectorStorage storage) {

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException naming the parameter that is out of bounds
   */
  public BuildParameters {
    require(maxDegree >= 4 && maxDegree <= 256, "maxDegree must be 4 to 256");
    require(buildListSize >= 8 && buildListSize <= 2000, "buildListSize must be 8 to 2000");
    require(alpha >= 1 && alpha <= 2, "alpha must be 1 to 2");
    require(
        pqSubspaces >= 0 && pqSubspaces <= IndexSchema.DIMENSION_MAX,
        "pqSubspaces must be 0 to the dimension");
    require(
        pqSubspaces == 0 || quantization == Quantization.PQ || quantization == Quantization.OPQ,
        "pqSubspaces is of PQ and OPQ: make it 0, or the quantization one of them");
    require(threads >= 1 && threads <= 256, "threads must be 1 to 256");
    require(buildMemoryBytesMax >= 1 << 24, "buildMemoryBytesMax must be at least 16 MiB");
  }

  /** Those with vectors in the form that fits them. */
  public BuildParameters(
      int maxDegree,
      int buildListSize,
      float alpha,
      int pqSubspaces,
      long seed,
      int threads,
      long buildMemoryBytesMax,
      Quantization quantization) {
    this(
        maxDegree,
        buildListSize,
        alpha,
        pqSubspaces,
        seed,
        threads,
        buildMemoryBytesMax,
        quantization,
        VectorStorage.AUTO);
  }

  /** Those with PQ codes if {@code pqSubspaces} says how long, otherwise with binary codes. */
  public BuildParameters(
      int maxDegree,
      int buildListSize,
      float alpha,
      int pqSubspaces,
      long seed,
      int threads,
      long buildMemoryBytesMax) {
    this(
        maxDegree,
        buildListSize,
        alpha,
        pqSubspaces,
        seed,
        threads,
        buildMemoryBytesMax,
        pqSubspaces > 0 ? Quantization.PQ : Quantization.BINARY_NEIGHBOURS);
  }

  /** The parameters that serve every data set. */
  public static BuildParameters defaults() {
    return new BuildParameters(
        32, 64, 1.2f, 0, 42, Runtime.getRuntime().availableProcessors(), 2L << 30);
  }

  /** These, with another degree. */
  public BuildParameters withMaxDegree(int newMaxDegree) {
    return new BuildParameters(
        newMaxDegree,
        buildListSize,
        alpha,
        pqSubspaces,
        seed,
        threads,
        buildMemoryBytesMax,
        quantization,
        storage);
  }

  /** These, with another number of threads. */
  public BuildParameters withThreads(int newThreads) {
    return new BuildParameters(
        maxDegree,
        buildListSize,
        alpha,
        pqSubspaces,
        seed,
        newThreads,
        buildMemoryBytesMax,
        quantization,
        storage);
  }

  /** These, with other codes, of the length that the dimension asks for. */
  public BuildParameters withQuantization(Quantization newQuantization) {
    return new BuildParameters(
        maxDegree,
        buildListSize,
        alpha,
        newQuantization == quantization ? pqSubspaces : 0,
        seed,
        threads,
        buildMemoryBytesMax,
        newQuantization,
        storage);
  }

  /** These, with another seed. */
  public BuildParameters withSeed(long newSeed) {
    return new BuildParameters(
        maxDegree,
        buildListSize,
        alpha,
        pqSubspaces,
        newSeed,
        threads,
        buildMemoryBytesMax,
        quantization,
        storage);
  }

  /** These, with vectors in another form. */
  public BuildParameters withStorage(VectorStorage newStorage) {
    return new BuildParameters(
        maxDegree,
        buildListSize,
        alpha,
        pqSubspaces,
        seed,
        threads,
        buildMemoryBytesMax,
        quantization,
        newStorage);
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }
}
