package io.akidb.bench.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.bench.BenchException;
import io.akidb.diskann.DistanceMetric;
import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorFormatsTest {
  private static final int ALL = Integer.MAX_VALUE;
  private final float[][] vectors = TestFiles.vectors(7, 5, 1);

  @TempDir Path folder;

  @Test
  void fvecs_rowsMax_readsTheFirstOnes() throws IOException {
    Path file = TestFiles.fvecs(folder.resolve("a.fvecs"), vectors);
    assertThat(VecsFile.floats(file, ALL)).isDeepEqualTo(vectors);
    assertThat(VecsFile.floats(file, 3)).isDeepEqualTo(Arrays.copyOf(vectors, 3));
  }

  @Test
  void bvecs_unsignedBytes_areRead() throws IOException {
    Path file = TestFiles.bvecs(folder.resolve("a.bvecs"), vectors);
    assertThat(VecsFile.floats(file, ALL)).isDeepEqualTo(vectors);
  }

  @Test
  void ivecs_rows_areRead() throws IOException {
    int[][] rows = {{3, 1}, {-7, 1 << 30}};
    assertThat(VecsFile.ints(TestFiles.ivecs(folder.resolve("a.ivecs"), rows), ALL))
        .isDeepEqualTo(rows);
  }

  @Test
  void vecs_cutOffOrOfAnotherFormat_isRefused() throws IOException {
    Path file = TestFiles.fvecs(folder.resolve("a.fvecs"), vectors);
    byte[] bytes = Files.readAllBytes(file);
    Path cut = Files.write(folder.resolve("cut.fvecs"), Arrays.copyOf(bytes, bytes.length - 1));
    assertThatThrownBy(() -> VecsFile.floats(cut, ALL))
        .isInstanceOf(BenchException.class)
        .hasMessageContaining("row 6 is cut off");
    Path head = Files.write(folder.resolve("head.fvecs"), new byte[] {1, 2});
    Path text = Files.writeString(folder.resolve("text.fvecs"), "these are no vectors at all");
    for (Path bad : new Path[] {head, text}) {
      assertThatThrownBy(() -> VecsFile.floats(bad, ALL)).hasMessageContaining("no sound length");
    }
    assertThatThrownBy(() -> VecsFile.floats(folder.resolve("none.fvecs"), ALL))
        .hasMessageContaining("cannot read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"<f2", "<f4", "<f8", "|u1"})
  void npy_elementTypes_areRead(String type) throws IOException {
    for (int version = 1; version <= 2; version++) {
      Path file = TestFiles.npy(folder.resolve("a.npy"), type, vectors, version);
      assertThat(NpyFile.floats(file, ALL)).isDeepEqualTo(vectors);
      assertThat(NpyFile.floats(file, 2)).isDeepEqualTo(Arrays.copyOf(vectors, 2));
    }
  }

  @Test
  void npy_unsuitable_isRefused() throws IOException {
    Path file = TestFiles.npy(folder.resolve("a.npy"), "<f4", vectors, 1);
    byte[] bytes = Files.readAllBytes(file);
    Path cut = Files.write(folder.resolve("cut.npy"), Arrays.copyOf(bytes, bytes.length - 3));
    assertThatThrownBy(() -> NpyFile.floats(cut, ALL)).hasMessageContaining("cut off");
    Path other = Files.writeString(folder.resolve("other.npy"), "something else");
    assertThatThrownBy(() -> NpyFile.floats(other, ALL)).hasMessageContaining("no npy file");
    Path ints = TestFiles.npy(folder.resolve("ints.npy"), "<i4", vectors, 1);
    assertThatThrownBy(() -> NpyFile.floats(ints, ALL)).hasMessageContaining("not a matrix");
    Path big = TestFiles.npy(folder.resolve("big.npy"), ">f4", vectors, 1);
    assertThatThrownBy(() -> NpyFile.floats(big, ALL)).hasMessageContaining("not a matrix");
    bytes[6] = 2;
    Path huge = Files.write(folder.resolve("huge.npy"), bytes);
    assertThatThrownBy(() -> NpyFile.floats(huge, ALL)).hasMessageContaining("longer than");
    assertThatThrownBy(() -> NpyFile.floats(folder.resolve("none.npy"), ALL))
        .hasMessageContaining("cannot read");
  }

  @Test
  void idx_plainAndGzip_areRead() throws IOException {
    Path plain = folder.resolve("a-idx3-ubyte");
    Files.write(plain, idx(0x0803, vectors.length, 5, 1));
    assertThat(IdxFile.floats(plain, ALL)).isDeepEqualTo(vectors);
    Path packed = folder.resolve("a-idx3-ubyte.gz");
    try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write(idx(0x0803, vectors.length, 1, 5));
    }
    assertThat(IdxFile.floats(packed, 4)).isDeepEqualTo(Arrays.copyOf(vectors, 4));
  }

  @Test
  void idx_unsuitable_isRefused() throws IOException {
    Path file = folder.resolve("a-ubyte");
    Files.write(file, idx(0x0801, vectors.length));
    assertThatThrownBy(() -> IdxFile.floats(file, ALL)).hasMessageContaining("idx form");
    Files.write(file, idx(0x0802, vectors.length, -5));
    assertThatThrownBy(() -> IdxFile.floats(file, ALL)).hasMessageContaining("not sound");
    Files.write(file, idx(0x0802, vectors.length + 1, 5));
    assertThatThrownBy(() -> IdxFile.floats(file, ALL)).hasMessageContaining("cut off");
    assertThatThrownBy(() -> IdxFile.floats(folder.resolve("none"), ALL))
        .hasMessageContaining("cannot read");
  }

  private byte[] idx(int magic, int... shape) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(magic);
    for (int length : shape) {
      out.writeInt(length);
    }
    for (float[] vector : vectors) {
      for (float x : vector) {
        out.writeByte((int) x);
      }
    }
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"euclidean", "angular", "dot", "jaccard"})
  void hdf5_ofAnnBenchmarks_isRead(String distance) {
    Path file = folder.resolve(distance + ".hdf5");
    int[][] neighbors = {{1, 2, 3}, {4, 5, 6}};
    try (WritableHdfFile hdf = HdfFile.write(file)) {
      hdf.putAttribute("distance", distance);
      hdf.putDataset("train", vectors);
      hdf.putDataset("test", doubles(Arrays.copyOf(vectors, 2)));
      hdf.putDataset("neighbors", neighbors);
    }
    if (distance.equals("jaccard")) {
      assertThatThrownBy(() -> Hdf5File.read(file, ALL, ALL)).hasMessageContaining("jaccard");
      return;
    }
    RawData data = Hdf5File.read(file, 5, 2);
    assertThat(data.base()).isDeepEqualTo(Arrays.copyOf(vectors, 5));
    assertThat(data.queries()).isDeepEqualTo(Arrays.copyOf(vectors, 2));
    assertThat(data.truth()).isDeepEqualTo(neighbors);
    assertThat(data.metric())
        .isEqualTo(
            switch (distance) {
              case "euclidean" -> DistanceMetric.L2;
              case "angular" -> DistanceMetric.COSINE;
              default -> DistanceMetric.DOT;
            });
  }

  private static double[][] doubles(float[][] vectors) {
    double[][] wide = new double[vectors.length][vectors[0].length];
    for (int i = 0; i < vectors.length; i++) {
      for (int d = 0; d < vectors[i].length; d++) {
        wide[i][d] = vectors[i][d];
      }
    }
    return wide;
  }

  @Test
  void hdf5_anotherFile_isRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("a.hdf5"), "no hdf5, whatever the name says");
    assertThatThrownBy(() -> Hdf5File.read(file, ALL, ALL))
        .isInstanceOf(BenchException.class)
        .hasMessageContaining("ann-benchmarks");
  }
}
