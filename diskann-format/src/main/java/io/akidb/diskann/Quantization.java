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

  /** Up to here a block of {@link #SQ4} is no shorter than bytes are. */
  private static final int SMALL = 16;

  private final int code;

  Quantization(int code) {
    this.code = code;
  }

  /**
   * Which codes with a section of their own serve a dimension and metric best, where nobody says
   * more than that codes shall be resident.
   *
   * <p>Measured as searches per CPU second at recall@10 = 0.95, by walks on graphs built alike,
   * full vectors compared on the way (thousands; 20,000 rows, of SIFT 10,000; bytes of a code):
   *
   * <table>
   * <caption>Which codes serve</caption>
   * <tr><th>data</th><th>SQ4</th><th>SQ8</th><th>PQ</th><th>OPQ</th><th>RABITQ</th></tr>
   * <tr><td>wordnet in 32 dimensions, L2</td>
   *     <td>47.0 (20)</td><td>47.9 (36)</td><td>36.0 (16)</td><td>37.9 (16)</td><td>17.9 (24)</td></tr>
   * <tr><td>SIFT, 128, L2</td>
   *     <td>55.2 (68)</td><td>51.9 (132)</td><td>39.5 (32)</td><td>35.7 (32)</td><td>21.1 (24)</td></tr>
   * <tr><td>wordnet, 384, cosine</td>
   *     <td>11.3 (196)</td><td>10.1 (388)</td><td>7.1 (48)</td><td>6.9 (48)</td><td>7.5 (56)</td></tr>
   * <tr><td>fashion-mnist, 784, L2</td>
   *     <td>26.1 (404)</td><td>22.1 (788)</td><td>15.1 (98)</td><td>10.6 (98)</td><td>17.2 (112)</td></tr>
   * <tr><td>wordnet of many lengths, 384, dot</td>
   *     <td>13.7 (192)</td><td>17.9 (384)</td><td>8.3 (96)</td><td>7.4 (96)</td><td>12.9 (56)</td></tr>
   * </table>
   *
   * <p>So nibbles, but bytes for inner products, where errors grow with a vector's length and the
   * longest are most answers, and for dimensions so small that nibbles save nothing. Who has to
   * save memory asks for PQ (up to 128 dimensions) or RABITQ (beyond).
   */
  public static Quantization resident(int dimension, DistanceMetric metric) {
    return metric == DistanceMetric.DOT || dimension <= SMALL ? SQ8 : SQ4;
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
