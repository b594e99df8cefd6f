package io.akidb.diskann.graph;

/** Squared distances of points, {@code [n][dimension]}, naively. */
final class PointSpace implements BuildSpace {
  private final float[][] points;

  PointSpace(float[]... points) {
    this.points = points;
  }

  @Override
  public int size() {
    return points.length;
  }

  @Override
  public float between(int i, int j) {
    float sum = 0;
    for (int d = 0; d < points[i].length; d++) {
      float difference = points[i][d] - points[j][d];
      sum += difference * difference;
    }
    return sum;
  }
}
