package io.akidb.diskann.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SymmetricEigenTest {
  private static final long SEED = 20_261_121;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 17, 64, 128})
  void vectors_anySymmetricMatrix_areOrthogonalAndScaledByIt(int size) {
    SplittableRandom random = new SplittableRandom(SEED);
    double[] matrix = new double[size * size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j <= i; j++) {
        matrix[i * size + j] = random.nextGaussian();
        matrix[j * size + i] = matrix[i * size + j];
      }
    }
    SymmetricEigen eigen = new SymmetricEigen(matrix.clone(), size);
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        double dot = 0;
        double image = 0;
        for (int k = 0; k < size; k++) {
          dot += eigen.component(i, k) * eigen.component(j, k);
          image += matrix[j * size + k] * eigen.component(i, k);
        }
        assertThat(dot).as("seed %s", SEED).isCloseTo(i == j ? 1 : 0, within(1e-9));
        assertThat(image).isCloseTo(eigen.value(i) * eigen.component(i, j), within(1e-8));
      }
    }
  }

  @Test
  void value_diagonalOrZero_isWhatStandsThere() {
    SymmetricEigen diagonal = new SymmetricEigen(new double[] {3, 0, 0, -5}, 2);
    assertThat(diagonal.value(0)).isEqualTo(3);
    assertThat(diagonal.value(1)).isEqualTo(-5);
    assertThat(new SymmetricEigen(new double[4], 2).component(1, 1)).isEqualTo(1);
  }
}
