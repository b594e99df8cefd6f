package io.akidb.diskann.quantization;

/**
 * Eigenvalues and eigenvectors of a small symmetric matrix by cyclic Jacobi rotations (Golub and
 * Van Loan, Matrix Computations, section 8.5): slow beyond some hundred rows, but short, and as
 * exact as it gets. Deterministic.
 */
final class SymmetricEigen {
  private static final int SWEEPS_MAX = 40;
  private static final double NEGLIGIBLE = 1e-22;

  private final int size;
  private final double[] matrix;
  private final double[] vectors;

  /**
   * Diagonalizes.
   *
   * @param matrix {@code [size][size]}, symmetric, finite; is overwritten
   */
  SymmetricEigen(double[] matrix, int size) {
    this.size = size;
    this.matrix = matrix;
    this.vectors = new double[size * size];
    for (int i = 0; i < size; i++) {
      vectors[i * size + i] = 1;
    }
    for (int sweep = 0; sweep < SWEEPS_MAX && isOpen(); sweep++) {
      for (int p = 0; p < size; p++) {
        for (int q = p + 1; q < size; q++) {
          annihilate(p, q);
        }
      }
    }
  }

  /** The i-th eigenvalue; they are in no order. */
  double value(int i) {
    return matrix[i * size + i];
  }

  /** Component k of the i-th eigenvector, which has unit length. */
  double component(int i, int k) {
    return vectors[i * size + k];
  }

  private boolean isOpen() {
    double off = 0;
    double all = 0;
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        double square = matrix[i * size + j] * matrix[i * size + j];
        all += square;
        off += i == j ? 0 : square;
      }
    }
    return off > NEGLIGIBLE * all;
  }

  /** Rotates rows and columns p and q so that the element where they meet becomes zero. */
  private void annihilate(int p, int q) {
    double element = matrix[p * size + q];
    if (element == 0) {
      return;
    }
    double theta = (matrix[q * size + q] - matrix[p * size + p]) / (2 * element);
    double t = Math.copySign(1 / (Math.abs(theta) + Math.hypot(theta, 1)), theta);
    double cosine = 1 / Math.hypot(t, 1);
    double sine = t * cosine;
    for (int k = 0; k < size; k++) {
      double a = matrix[k * size + p];
      double b = matrix[k * size + q];
      matrix[k * size + p] = cosine * a - sine * b;
      matrix[k * size + q] = sine * a + cosine * b;
    }
    rotateRows(matrix, p, q, cosine, sine);
    rotateRows(vectors, p, q, cosine, sine);
  }

  private void rotateRows(double[] rows, int p, int q, double cosine, double sine) {
    for (int k = 0; k < size; k++) {
      double a = rows[p * size + k];
      double b = rows[q * size + k];
      rows[p * size + k] = cosine * a - sine * b;
      rows[q * size + k] = sine * a + cosine * b;
    }
  }
}
