package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.catalog.VectorRecord;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VectorFileTest {
  private static final float[][] VECTORS = {{0, 1, 2, 255}, {3, 4, 5, 6}, {7, 8, 9, 10}};

  @TempDir private Path folder;

  private Path file(String name, byte[] bytes) {
    return TestFiles.write(folder.resolve(name), bytes);
  }

  private static byte[] bytesOf(String ending, float[][] vectors) {
    return switch (ending) {
      case "fvecs" -> TestFiles.fvecs(vectors);
      case "bvecs" -> TestFiles.bvecs(vectors);
      case "idx3-ubyte" ->
          TestFiles.idx(new int[] {vectors.length, 2, 2}, TestFiles.bytes(vectors));
      default -> TestFiles.npy("<f4", vectors);
    };
  }

  @Test
  void next_everyFormat_readsEachVector() {
    Map<String, byte[]> files =
        Map.of(
            "f2.npy", TestFiles.npy("<f2", VECTORS),
            "f4.npy", TestFiles.npy("<f4", VECTORS),
            "f8.npy", TestFiles.npy("<f8", VECTORS),
            "u1.npy", TestFiles.npy("|u1", VECTORS),
            "a.fvecs", TestFiles.fvecs(VECTORS),
            "b.bvecs", TestFiles.bvecs(VECTORS),
            "c-idx3-ubyte", bytesOf("idx3-ubyte", VECTORS),
            "c.npy.gz", TestFiles.gzip(TestFiles.npy("<f2", VECTORS)),
            "c-idx3-ubyte.gz", TestFiles.gzip(bytesOf("idx3-ubyte", VECTORS)));
    files.forEach(
        (name, bytes) -> {
          List<VectorRecord> rows = TestFiles.rows(TestFiles.readAll(file(name, bytes)));

          assertThat(rows).as(name).extracting(VectorRecord::vector).containsExactly(VECTORS);
          assertThat(rows).extracting(VectorRecord::id).containsExactly("0", "1", "2");
          assertThat(rows).extracting(VectorRecord::order).containsExactly(1_000L, 1_001L, 1_002L);
          assertThat(rows).allSatisfy(row -> assertThat(row.payload()).isNull());
        });
  }

  @Test
  void next_f32NotRepresentableElsewhere_isExactlyRead() {
    float[][] vectors = {{Float.MIN_VALUE, Float.NaN, Float.NEGATIVE_INFINITY, 0.1f}};

    for (String ending : List.of("npy", "fvecs")) {
      assertThat(TestFiles.readAll(file("a." + ending, bytesOf(ending, vectors))))
          .extracting(item -> TestFiles.row(item).vector())
          .containsExactly(vectors);
    }
  }

  @Test
  void next_npyOfVersions2And3_isRead() {
    byte[] first = TestFiles.npy("<f4", VECTORS);
    int length = (first[8] & 255) | (first[9] & 255) << 8;
    for (byte version = 2; version <= 3; version++) {
      byte[] bytes =
          TestFiles.concat(
              Arrays.copyOf(first, 6),
              new byte[] {version, 0},
              TestFiles.int32(length),
              Arrays.copyOfRange(first, 10, first.length));

      assertThat(TestFiles.readAll(file("v.npy", bytes))).hasSize(3);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"npy", "fvecs", "bvecs", "idx3-ubyte"})
  void next_noVectors_hasNoRows(String ending) {
    assertThat(TestFiles.readAll(file("a." + ending, bytesOf(ending, new float[0][])))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"npy", "fvecs", "bvecs", "idx3-ubyte"})
  void next_cutOffAnywhere_endsWithOneDeadLetterBehindTheWholeRows(String ending) {
    byte[] whole = bytesOf(ending, VECTORS);
    int header =
        switch (ending) {
          case "npy" -> whole.length - 48;
          case "idx3-ubyte" -> whole.length - 12;
          default -> 0;
        };
    int rowBytes = (whole.length - header) / 3;
    for (int length = header; length < whole.length; length++) {
      int rows = (length - header) / rowBytes;
      boolean isWhole = (length - header) % rowBytes == 0 && header == 0;

      List<Item> items = TestFiles.readAll(file("a." + ending, Arrays.copyOf(whole, length)));

      assertThat(items).as("cut at %d", length).hasSize(isWhole ? rows : rows + 1);
      if (!isWhole) {
        assertThat(TestFiles.letter(items.get(rows)).reason())
            .isEqualTo("the file is broken from here on: the last row is cut off");
        assertThat(TestFiles.letter(items.get(rows)).origin().position()).isEqualTo("row " + rows);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "00000801 00000003, does not begin as an idx file",
    "00000805 00000001 00000001 00000001 00000001 00000001, does not begin as an idx file",
    "00000d02 00000001 00000004, does not begin as an idx file",
    "01000802 00000001 00000004, does not begin as an idx file",
    "00000802 ffffffff 00000004, -1 rows",
    "00000802 00000001 00000000, out of bounds",
    "00000802 00000001 ffffffff, out of bounds",
    "00000803 00000001 00010000 00010000, out of bounds",
    "00000803 00000001 00000004, it is cut off",
    "00, it is cut off",
  })
  void open_idxWithALyingHeader_isUnreadable(String header, String reason) {
    Path file = file("a.idx3-ubyte", HexFormat.of().parseHex(header.replace(" ", "")));

    assertThatThrownBy(() -> TestFiles.readAll(file))
        .isInstanceOf(UnreadableFileException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void open_npyHeaderCutOffAnywhere_isUnreadable() {
    byte[] whole = TestFiles.npy("<f4", VECTORS);
    for (int length = 0; length < whole.length - 48; length++) {
      Path file = file("a.npy", Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> TestFiles.readAll(file))
          .isInstanceOf(UnreadableFileException.class)
          .hasMessageNotContaining("null");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'descr': '<f4', 'fortran_order': True, 'shape': (3, 4), }|in C order",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (12,), }|two-dimensional",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2, 2), }|two-dimensional",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (), }|two-dimensional",
        "{'descr': '>f4', 'fortran_order': False, 'shape': (3, 4), }|numbers are '>f4'",
        "{'descr': '<i4', 'fortran_order': False, 'shape': (3, 4), }|numbers are '<i4'",
        "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (3, 4), }|two-dimensional",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 0), }|out of bounds",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 65537), }|out of bounds",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 999999999999999), }|out of bounds",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 4), }|out of",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999999, 4), }|out of bounds",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-3, 4), }|two-dimensional",
        "nonsense|two-dimensional",
      })
  void open_npyOfAnotherShapeOrType_isUnreadable(String header, String reason) {
    Path file = file("a.npy", TestFiles.concat(TestFiles.npyHeader(header), new byte[48]));

    assertThatThrownBy(() -> TestFiles.readAll(file))
        .isInstanceOf(UnreadableFileException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void open_noNpyAtAllOrUnknownVersion_isUnreadable() {
    byte[] newer = TestFiles.npy("<f4", VECTORS);
    newer[6] = 4;
    byte[] endless = TestFiles.concat(Arrays.copyOf(newer, 6), new byte[] {2, 0, -1, -1, -1, 127});
    for (byte[] bytes : List.of("nonsense".getBytes(StandardCharsets.UTF_8), newer, endless)) {
      Path file = file("a.npy", bytes);
      assertThatThrownBy(() -> TestFiles.readAll(file)).isInstanceOf(UnreadableFileException.class);
    }
  }

  @Test
  void next_npyWithFewerRowsInItsHeaderThanThereAre_tellsSo() {
    byte[] bytes =
        TestFiles.concat(
            TestFiles.npyHeader("<f4", 2, 4), TestFiles.f32(1, 2, 3, 4, 5, 6, 7, 8, 9));

    List<Item> items = TestFiles.readAll(file("a.npy", bytes));

    assertThat(items).hasSize(3);
    assertThat(TestFiles.letter(items.get(2)).reason()).contains("bytes behind the last row");
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MAX_VALUE, 65_537, 0, -1, Integer.MIN_VALUE})
  void next_rowOfAbsurdDimension_isADeadLetterAndAllocatesNothing(int dimension) {
    byte[] first = TestFiles.fvecs(new float[][] {{1, 2}});
    Path file = file("a.fvecs", TestFiles.concat(first, TestFiles.int32(dimension), new byte[64]));

    List<Item> items = TestFiles.readAll(file);

    assertThat(items).hasSize(2);
    assertThat(TestFiles.letter(items.get(1)).reason())
        .endsWith("a row says that it has " + dimension + " components");
  }

  @Test
  void next_rowsOfDifferentDimensions_areLeftForTheValidator() {
    assertThat(TestFiles.readAll(file("a.fvecs", TestFiles.fvecs(new float[][] {{1, 2}, {3}}))))
        .extracting(item -> TestFiles.row(item).vector())
        .containsExactly(new float[] {1, 2}, new float[] {3});
  }

  private List<Item> withSidecar(String sidecar) {
    return TestFiles.readAll(
        file("a.npy", TestFiles.npy("<f4", VECTORS)),
        TestFiles.write(folder.resolve("a.jsonl"), sidecar));
  }

  @Test
  void next_sidecar_givesIdsAndPayloads() {
    List<VectorRecord> rows =
        TestFiles.rows(withSidecar("{\"id\":\"x\",\"n\":1}\n{\"id\":\"y\"}\n{\"id\":7}\n\n"));

    assertThat(rows).extracting(VectorRecord::id).containsExactly("x", "y", "7");
    assertThat(rows).extracting(TestFiles::payload).containsExactly("{\"n\":1}", "{}", "{}");
    assertThat(rows).extracting(VectorRecord::vector).containsExactly(VECTORS);
  }

  @Test
  void next_sidecarGzipped_isReadAlike() {
    Path sidecar =
        file(
            "a.jsonl.gz",
            TestFiles.gzip(
                "{\"id\":\"x\"}\n{\"id\":\"y\"}\n{\"id\":\"z\"}".getBytes(StandardCharsets.UTF_8)));

    assertThat(TestFiles.readAll(file("a.npy", TestFiles.npy("<f4", VECTORS)), sidecar))
        .extracting(item -> TestFiles.row(item).id())
        .containsExactly("x", "y", "z");
  }

  @Test
  void next_badLineOfTheSidecar_isADeadLetterAndTheOthersStayInStep() {
    String giant = "{\"id\":\"" + "y".repeat(Lines.LINE_BYTES_MAX) + "\"}";
    for (String bad : List.of("nonsense", "", "{\"n\":1}", "\"\ud83d\ude00\"", giant)) {
      List<Item> items = withSidecar("{\"id\":\"x\"}\n" + bad + "\n{\"id\":\"z\"}\n");

      assertThat(items).hasSize(3);
      assertThat(TestFiles.letter(items.get(1)).raw()).hasSizeLessThanOrEqualTo(4096);
      assertThat(TestFiles.row(items.get(2)).id()).isEqualTo("z");
      assertThat(TestFiles.row(items.get(2)).vector()).isEqualTo(VECTORS[2]);
    }
  }

  @Test
  void next_sidecarTooShort_saysSoBehindTheRowsItHas() {
    List<Item> items = withSidecar("{\"id\":\"x\"}\n{\"id\":\"y\"}");

    assertThat(items).hasSize(3);
    assertThat(TestFiles.letter(items.get(2)).reason())
        .endsWith("the sidecar has fewer lines than the file has vectors");
  }

  @Test
  void next_sidecarTooLong_saysSo() {
    List<Item> items =
        withSidecar("{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n\n{\"id\":4}\n{\"id\":5}\n");

    assertThat(items).hasSize(4);
    assertThat(TestFiles.letter(items.get(3)).reason())
        .endsWith("the sidecar has more lines than the file has vectors");
  }

  @Test
  void open_sidecarMissing_isUnreadable() {
    Path file = file("a.npy", TestFiles.npy("<f4", VECTORS));

    assertThatThrownBy(() -> TestFiles.readAll(file, folder.resolve("none.jsonl")))
        .isInstanceOf(UnreadableFileException.class)
        .hasMessageContaining("its sidecar");
  }

  @Test
  void open_typeWithoutVectors_isAProgrammersError() {
    Path file = file("a.avro", new byte[0]);

    assertThatThrownBy(() -> VectorRows.open(file, FileType.AVRO))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
