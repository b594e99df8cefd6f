package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Node records of every dimension lie as {@code spec/v1.md} says, in their section and apart. */
class NodeLayoutTest {
  private static final int NODES = 70;

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 8, 32, 64, 256})
  void layout_ofEveryDimension_keepsRecordsApartAndInPages(int maxDegree) {
    for (int dimension = 1; dimension <= 4096; dimension++) {
      NodeLayout layout = NodeLayout.of(VectorForm.F32, dimension, maxDegree);
      String where = "dimension " + dimension + ", " + layout;
      int padded = (dimension + 15) / 16 * 16;
      int record = 4 * padded + 8 + 4 * maxDegree;
      assertThat(layout.paddedDimension()).as(where).isEqualTo(padded);
      assertThat(layout.strideBytes()).as(where).isBetween(record, record + 63);
      assertThat(layout.strideBytes() % 64).as(where).isZero();
      assertThat(layout.inverseNormAt()).as(where).isEqualTo(4 * padded);
      assertThat(layout.degreeAt()).as(where).isEqualTo(4 * padded + 4);
      assertThat(layout.neighboursAt()).as(where).isEqualTo(4 * padded + 8);
      requireApart(layout, where);
    }
  }

  private static void requireApart(NodeLayout layout, String where) {
    long end = 0;
    boolean apart = true;
    boolean inPages = true;
    for (int node = 0; node < NODES; node++) {
      long start = layout.offset(node);
      apart &= start >= end;
      end = start + layout.strideBytes();
      inPages &= layout.nodesPerPage() == 0 || start / 4096 == (end - 1) / 4096;
      apart &= layout.sectionBytes(node + 1) >= end && layout.sectionBytes(node + 1) < end + 4096;
    }
    assertThat(apart).as(where).isTrue();
    assertThat(inPages).as(where).isTrue();
    assertThat(layout.sectionBytes(0)).as(where).isZero();
    assertThat(layout.nodesPerPage()).as(where).isEqualTo(4096 / layout.strideBytes());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 4096})
  void layout_ofTheMostNodes_doesNotOverflow(int dimension) {
    NodeLayout layout = NodeLayout.of(VectorForm.F32, dimension, 256);
    int most = Integer.MAX_VALUE - 8;
    assertThat(layout.offset(most - 1)).isPositive();
    assertThat(layout.sectionBytes(most))
        .isGreaterThanOrEqualTo(layout.offset(most - 1) + layout.strideBytes());
  }
}
