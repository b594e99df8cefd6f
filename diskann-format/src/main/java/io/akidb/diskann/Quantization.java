package io.akidb.diskann;

/** Which codes of its vectors a graph is walked by. */
public enum Quantization {
  /**
   * Binary codes of a node's neighbours, as seen from it, in its record (Gou et al., SymphonyQG,
   * SIGMOD 2025): the fastest walk, nothing resident, and the most bytes on disk.
   */
  BINARY_NEIGHBOURS(0),
  /**
   * Product quantization (Jegou et al., PAMI 2011): M bytes of each vector, in a section of their
   * own.
   */
  PQ(1),
  /**
   * Optimized product quantization (Ge et al., CVPR 2013): PQ of vectors that are rotated first.
   */
  OPQ(2),
  /** A byte of each component, in a section of their own. */
  SQ8(3),
  /** Four bits of each component, in a section of their own. */
  SQ4(4),
  /**
   * A bit of each component of the rotated vector and two numbers (Gao and Long, RaBitQ, SIGMOD
   * 2024), in a section of their own.
   */
  RABITQ(5);

  private final int code;

  Quantization(int code) {
    this.code = code;
  }

  /** How files name it. */
  public int code() {
    return code;
  }

  /**
   * Which one files name so.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Quantization ofCode(int code) {
    for (Quantization quantization : values()) {
      if (quantization.code == code) {
        return quantization;
      }
    }
    throw new IllegalArgumentException("no quantization has code " + code);
  }
}
