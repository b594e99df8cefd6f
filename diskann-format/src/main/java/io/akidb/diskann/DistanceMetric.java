package io.akidb.diskann;

/**
 * How near two vectors are. Inside the index a <em>distance</em> is used, of which smaller is
 * nearer; a <em>score</em> is what a user is shown.
 */
public enum DistanceMetric {
  /** Distance: squared Euclidean. Score: Euclidean, lower is better. */
  L2(0),
  /** Distance: one minus the cosine of the angle. Score: the cosine, higher is better. */
  COSINE(1),
  /** Distance: the negative inner product. Score: the inner product, higher is better. */
  DOT(2);

  /** One more than the greatest {@link #code}. */
  public static final int CODES = 3;

  private final int code;

  DistanceMetric(int code) {
    this.code = code;
  }

  /** How files name it. */
  public int code() {
    return code;
  }

  /** The metric of a code below {@link #CODES}. */
  public static DistanceMetric ofCode(int code) {
    return switch (code) {
      case 0 -> L2;
      case 1 -> COSINE;
      case 2 -> DOT;
      default -> throw new IllegalArgumentException("no metric has code " + code);
    };
  }

  /** The user's score of a distance. */
  public float score(float distance) {
    return switch (this) {
      case L2 -> (float) Math.sqrt(Math.max(0, distance));
      case COSINE -> 1 - distance;
      case DOT -> -distance;
    };
  }

  /** The distance of a user's score. */
  public float distance(float score) {
    return switch (this) {
      case L2 -> score * score;
      case COSINE -> 1 - score;
      case DOT -> -score;
    };
  }
}
