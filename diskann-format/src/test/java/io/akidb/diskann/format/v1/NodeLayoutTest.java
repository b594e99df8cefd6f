package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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
      assertThat(layout.inverseNormAt(0)).as(where).isEqualTo(4L * padded);
      assertThat(layout.neighboursAt(0)).as(where).isZero();
      requireApart(layout, where);
    }
  }

  @ParameterizedTest
  @EnumSource(VectorForm.class)
  void packed_ofEveryDimension_hasRecordsAtTheEndsOfPages(VectorForm form) {
    for (int dimension = 1; dimension <= 4096; dimension++) {
      for (int inPage = 1; NodeLayout.canPack(form, dimension, 32, inPage, NODES); inPage++) {
        NodeLayout layout = NodeLayout.packed(form, dimension, 32, inPage);
        String where = layout.toString();
        int stride = form.bytes(layout.paddedDimension()) + 8;
        long page = 0;
        boolean apart = true;
        for (int node = 0; node < NODES; node++) {
          page = node / inPage * 4096L;
          apart &= layout.offset(node) == page + 4096 - (long) (inPage - node % inPage) * stride;
          apart &= layout.inverseNormAt(node) == layout.offset(node) + stride - 8;
          apart &=
              layout.firstPage(node) == node / inPage && layout.lastPage(node) == node / inPage;
        }
        assertThat(apart).as(where).isTrue();
        assertThat(layout.sectionBytes(NODES)).as(where).isEqualTo(page + 4096);
        assertThat(layout.listBytesMax())
            .as(where)
            .isNotNegative()
            .isEqualTo(4096 - inPage * stride);
        assertThat(layout.blockAt(layout.nodesPerBlock())).as(where).isEqualTo(4 * 4096);
        assertThat(layout.blockBytes(0, Integer.MAX_VALUE)).as(where).isEqualTo(4 * 4096);
      }
    }
  }

  @Test
  void canPack_moreThanThreeBytesOrOneBlockOrAPageTake_isFalse() {
    int most = 1 << 24;
    assertThat(NodeLayout.canPack(VectorForm.F32, 128, 32, 4, most)).isTrue();
    assertThat(NodeLayout.canPack(VectorForm.F32, 128, 32, 4, most + 1)).isFalse();
    assertThat(NodeLayout.canPack(VectorForm.F32, 128, 33, 4, most)).isFalse();
    assertThat(NodeLayout.canPack(VectorForm.F32, 128, 0, 4, most)).isFalse();
    assertThat(NodeLayout.canPack(VectorForm.F32, 128, 32, 8, most)).isFalse();
    assertThat(NodeLayout.canPack(VectorForm.F32, 128, 32, 0, most)).isFalse();
    assertThat(NodeLayout.canPack(VectorForm.F16, 3, 32, 1, most)).isFalse();
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
