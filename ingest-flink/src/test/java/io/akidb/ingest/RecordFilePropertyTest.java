package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.akidb.catalog.VectorRecord;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is written by the letter of a format is read back as it was, from any row on. */
class RecordFilePropertyTest {
  private static final long SEED = 31_337;
  private static final List<String> FORMATS =
      List.of("<f2", "<f4", "<f8", "|u1", "fvecs", "bvecs", "jsonl", "jsonl.gz");

  @TempDir private Path folder;

  private static float[][] vectors(String format, Random random) {
    float[][] vectors = new float[random.nextInt(30)][1];
    int dimension = 1 + random.nextInt(70);
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = new float[dimension];
      for (int d = 0; d < dimension; d++) {
        vectors[i][d] =
            switch (format) {
              case "|u1", "bvecs" -> random.nextInt(256);
              case "<f2" -> Float.float16ToFloat((short) random.nextInt(0x7c00));
              default -> Float.intBitsToFloat(random.nextInt(0x7f80_0000));
            };
      }
    }
    return vectors;
  }

  private static String lines(float[][] vectors, boolean isSidecar, String end) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < vectors.length; i++) {
      text.append("{\"id\":\"id-").append(i).append("\"");
      if (isSidecar) {
        text.append(",\"n\":").append(i);
      } else {
        text.append(",\"vector\":").append(Arrays.toString(vectors[i]));
        text.append(",\"payload\":{\"n\":").append(i).append("}");
      }
      text.append("}").append(end);
    }
    return text.toString();
  }

  private Path write(String format, float[][] vectors, String end) {
    byte[] lines = lines(vectors, false, end).getBytes(StandardCharsets.UTF_8);
    return switch (format) {
      case "fvecs" -> TestFiles.write(folder.resolve("a.fvecs"), TestFiles.fvecs(vectors));
      case "bvecs" -> TestFiles.write(folder.resolve("a.bvecs"), TestFiles.bvecs(vectors));
      case "jsonl" -> TestFiles.write(folder.resolve("a.jsonl"), lines);
      case "jsonl.gz" -> TestFiles.write(folder.resolve("a.jsonl.gz"), TestFiles.gzip(lines));
      default -> TestFiles.write(folder.resolve("a.npy"), TestFiles.npy(format, vectors));
    };
  }

  @Test
  void open_anyFileAtAnyRow_readsTheRestExactly() {
    Random random = new Random(SEED);
    for (int round = 0; round < 400; round++) {
      String format = FORMATS.get(random.nextInt(FORMATS.size()));
      float[][] vectors = vectors(format, random);
      String end = random.nextBoolean() ? "\n" : "\r\n";
      boolean isJson = format.startsWith("json");
      Path sidecar =
          isJson || random.nextBoolean()
              ? null
              : TestFiles.write(folder.resolve("side.jsonl"), lines(vectors, true, end));
      Path file = write(format, vectors, end);
      String which = "seed " + SEED + ", round " + round + ", " + format;
      int from = random.nextInt(vectors.length + 1);
      int until = from + random.nextInt(vectors.length + 1);

      List<VectorRecord> rows = read(file, sidecar, from, until);

      assertThat(rows).as(which).hasSize(Math.max(0, Math.min(until, vectors.length) - from));
      for (int i = 0; i < rows.size(); i++) {
        VectorRecord row = rows.get(i);
        int n = from + i;
        assertThat(row.vector()).as(which).isEqualTo(vectors[n]);
        assertThat(row.order()).as(which).isEqualTo(TestFiles.BASE + n);
        assertThat(row.id()).isEqualTo(isJson || sidecar != null ? "id-" + n : "" + n);
        assertThat(TestFiles.payload(row))
            .isEqualTo(isJson || sidecar != null ? "{\"n\":" + n + "}" : "");
      }
    }
  }

  /** As a reader does that was stopped at row {@code from}, under {@code --limit until}. */
  private static List<VectorRecord> read(Path file, @Nullable Path sidecar, int from, int until) {
    FileSplit split =
        new FileSplit(
            file.toString(), sidecar == null ? null : sidecar.toString(), from, TestFiles.BASE);
    List<VectorRecord> rows = new ArrayList<>();
    try (RecordFile open = new FileReading(TestFiles.TENANT, null, List.of(), until).open(split)) {
      for (Item item = open.next(); item != null; item = open.next()) {
        rows.add(TestFiles.row(item));
      }
    }
    return rows;
  }
}
