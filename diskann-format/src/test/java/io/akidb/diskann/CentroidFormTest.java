package io.akidb.diskann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Routers and codebooks as bytes: they come back as they were, and damage is a typed error. */
class CentroidFormTest {
  private static final long SEED = 77;

  enum Kind {
    ROUTER("AKIDBRTR", PartitionRouter.PARTITIONS_MAX),
    CODEBOOK("AKIDBPQC", 5);

    private final String magic;
    private final int countMax;

    Kind(String magic, int countMax) {
      this.magic = magic;
      this.countMax = countMax;
    }

    Object read(byte[] bytes) {
      return this == ROUTER ? PartitionRouter.fromBytes(bytes) : PqCodebook.fromBytes(bytes);
    }

    byte[] sample(DistanceMetric metric) {
      float[][] vectors = vectors(40, 5);
      return this == ROUTER
          ? PartitionRouter.train(vectors, metric, 7, SEED).toBytes()
          : PqCodebook.train(vectors, metric, 3, SEED).toBytes();
    }
  }

  private static float[][] vectors(int count, int dimension) {
    Random random = new Random(SEED);
    float[][] vectors = new float[count][dimension];
    for (float[] vector : vectors) {
      for (int d = 0; d < dimension; d++) {
        vector[d] = (float) random.nextGaussian();
      }
    }
    return vectors;
  }

  @ParameterizedTest
  @EnumSource
  void router_written_routesTheSame(DistanceMetric metric) {
    PartitionRouter router = PartitionRouter.train(vectors(60, 9), metric, 8, SEED);
    PartitionRouter read = PartitionRouter.fromBytes(router.toBytes());
    assertThat(read.partitions()).isEqualTo(8);
    assertThat(read.dimension()).isEqualTo(9);
    assertThat(read.toBytes()).isEqualTo(router.toBytes());
    for (float[] vector : vectors(50, 9)) {
      assertThat(read.nearest(vector)).isEqualTo(router.nearest(vector));
      assertThat(read.nearest(vector, 8)).isEqualTo(router.nearest(vector, 8));
      assertThat(read.assign(vector, 0.2f, 3)).isEqualTo(router.assign(vector, 0.2f, 3));
    }
  }

  @Test
  void router_components_lieAsTheSpecificationSays() {
    byte[] bytes =
        PartitionRouter.of(new float[][] {{1, 2}, {3, 4}, {5, 6}}, DistanceMetric.DOT).toBytes();
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(bytes)
        .hasSize(32 + 4 * 6)
        .startsWith(Kind.ROUTER.magic.getBytes(StandardCharsets.US_ASCII));
    assertThat(new int[] {in.getInt(8), in.getInt(16), in.getInt(20), in.getInt(24), in.getInt(28)})
        .containsExactly(1, 2, 2, 3, 0);
    float[] components = new float[6];
    in.position(32).slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(components);
    assertThat(components).containsExactly(1, 3, 5, 2, 4, 6);
  }

  @ParameterizedTest
  @EnumSource
  void codebook_written_encodesTheSame(DistanceMetric metric) {
    PqCodebook codebook = PqCodebook.train(vectors(300, 10), metric, 4, SEED);
    PqCodebook read = PqCodebook.fromBytes(codebook.toBytes());
    assertThat(read).isEqualTo(codebook).hasSameHashCodeAs(codebook);
    assertThat(read.dimension()).isEqualTo(10);
    assertThat(read.metric()).isEqualTo(metric);
    assertThat(read.subspaces()).isEqualTo(4);
    float[] table = new float[4 * 256];
    float[] sameTable = new float[4 * 256];
    for (float[] vector : vectors(50, 10)) {
      byte[] code = new byte[4];
      byte[] sameCode = new byte[4];
      codebook.encode(vector, code, 0);
      read.encode(vector, sameCode, 0);
      codebook.fillTable(vector, table);
      read.fillTable(vector, sameTable);
      assertThat(sameCode).isEqualTo(code);
      assertThat(sameTable).isEqualTo(table);
    }
  }

  @Test
  void codebook_ofOtherVectors_isNotEqual() {
    PqCodebook codebook = PqCodebook.train(vectors(30, 4), DistanceMetric.L2, 2, SEED);
    assertThat(codebook)
        .isNotEqualTo(PqCodebook.train(vectors(31, 4), DistanceMetric.L2, 2, SEED))
        .isNotEqualTo(PqCodebook.train(vectors(30, 4), DistanceMetric.L2, 1, SEED))
        .isNotEqualTo("a codebook");
  }

  @ParameterizedTest
  @EnumSource
  void bytes_eachBitFlipped_areCorrupt(Kind kind) {
    byte[] bytes = kind.sample(DistanceMetric.COSINE);
    int step = Math.max(1, bytes.length / 2000);
    for (int at = 0; at < bytes.length; at += at < 32 ? 1 : step) {
      for (int bit = 0; bit < 8; bit++) {
        bytes[at] ^= (byte) (1 << bit);
        requireError(kind, CorruptShardException.class, bytes, "byte " + at + ", bit " + bit);
        bytes[at] ^= (byte) (1 << bit);
      }
    }
    assertThat(kind.read(bytes)).isNotNull();
  }

  @ParameterizedTest
  @EnumSource
  void bytes_cutOrExtended_areCorrupt(Kind kind) {
    byte[] bytes = kind.sample(DistanceMetric.L2);
    for (int length = 0; length < Math.min(bytes.length, 200); length++) {
      requireError(
          kind, CorruptShardException.class, Arrays.copyOf(bytes, length), "cut at " + length);
    }
    for (int more : new int[] {-5, -4, -1, 1, 4, 1000}) {
      byte[] other = Arrays.copyOf(bytes, bytes.length + more);
      requireError(kind, CorruptShardException.class, other, "longer by " + more);
      requireError(kind, CorruptShardException.class, withChecksum(other), "and said so " + more);
    }
  }

  @ParameterizedTest
  @EnumSource
  void bytes_ofTheOtherKind_areCorrupt(Kind kind) {
    Kind other = kind == Kind.ROUTER ? Kind.CODEBOOK : Kind.ROUTER;
    requireError(kind, CorruptShardException.class, other.sample(DistanceMetric.L2), "other kind");
  }

  @ParameterizedTest
  @EnumSource
  void version_otherThanOne_isTooNewOrTooOld(Kind kind) {
    for (int version : new int[] {2, 100, Integer.MAX_VALUE}) {
      requireChanged(kind, ShardTooNewException.class, b -> b.putInt(8, version));
    }
    for (int version : new int[] {0, -1, Integer.MIN_VALUE}) {
      requireChanged(kind, ShardTooOldException.class, b -> b.putInt(8, version));
    }
  }

  @ParameterizedTest
  @EnumSource
  void header_outOfBounds_isCorrupt(Kind kind) {
    for (int value : new int[] {0, -1, 4, 6, 4097, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      requireChanged(kind, CorruptShardException.class, b -> b.putInt(16, value));
    }
    for (int value : new int[] {-1, 3, Integer.MAX_VALUE}) {
      requireChanged(kind, CorruptShardException.class, b -> b.putInt(20, value));
    }
    for (int value :
        new int[] {0, -1, kind.countMax + 1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 30}) {
      requireChanged(kind, CorruptShardException.class, b -> b.putInt(24, value));
    }
  }

  @ParameterizedTest
  @EnumSource
  void component_notFinite_isCorrupt(Kind kind) {
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      requireChanged(kind, CorruptShardException.class, b -> b.putFloat(32, value));
    }
  }

  private static void requireChanged(
      Kind kind, Class<? extends ShardFormatException> error, Consumer<ByteBuffer> change) {
    byte[] bytes = kind.sample(DistanceMetric.L2);
    change.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    requireError(kind, error, withChecksum(bytes), "changed");
  }

  private static void requireError(
      Kind kind, Class<? extends ShardFormatException> error, byte[] bytes, String where) {
    assertThatThrownBy(() -> kind.read(bytes)).as(where).isInstanceOf(error);
  }

  private static byte[] withChecksum(byte[] bytes) {
    ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(12, 0);
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return out.putInt(12, (int) crc.getValue()).array();
  }
}
