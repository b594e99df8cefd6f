package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged files are read to an end: rows, dead letters, at most one that says that the file is
 * broken, and that is the last; or they are refused with an {@link UnreadableFileException}. They
 * never allocate more than their own size warrants.
 */
class RecordFileFuzzer {
  private static final long SEED = Long.getLong("fuzz.seed", 20_261_121);
  private static final long ALLOCATED_MAX = 8L << 20;
  private static final String ALPHABET = "{}()[]'\":,0123456789<>|fuTF \n";

  @TempDir private Path folder;

  private void fuzz(String ending, byte[] whole, int rounds, long allocatedMax) throws IOException {
    Random random = new Random(SEED);
    Path file = folder.resolve("a." + ending);
    Files.write(file, whole);
    assertThat(readAll(file, "whole")).isEqualTo(1); // Loads classes, which allocates too.
    int opened = 0;
    for (int i = 0; i < rounds; i++) {
      byte[] bytes = Mutations.mutate(whole, ALPHABET, random);
      Files.write(file, bytes);
      String which = ending + ", seed " + SEED + ", round " + i;
      int[] before = {0};
      long allocated = Allocations.bytesOf(() -> before[0] = readAll(file, which));
      assertThat(allocated).as(which).isLessThan(allocatedMax);
      opened += before[0];
    }
    assertThat(opened).as("some must open, or nothing was tested").isGreaterThan(rounds / 20);
  }

  /** Answers 1 if the file could be opened. */
  private static int readAll(Path file, String which) {
    try {
      List<Item> items = TestFiles.readAll(file);
      for (int i = 0; i < items.size(); i++) {
        boolean isBroken =
            items.get(i) instanceof Item.DeadLetter letter
                && letter.reason().startsWith("the file is broken");
        assertThat(isBroken && i < items.size() - 1).as(which).isFalse();
      }
      return 1;
    } catch (UnreadableFileException e) {
      assertThat(e).as(which).message().hasSizeLessThan(1_000);
      return 0;
    } catch (RuntimeException e) {
      throw new AssertionError(which, e);
    }
  }

  @Test
  void npy_damaged_endsOrIsRefused() throws IOException {
    fuzz("npy", TestFiles.npy("<f4", new float[][] {{1, 2, 3}, {4, 5, 6}}), 3_000, ALLOCATED_MAX);
    fuzz("npy", TestFiles.npy("<f2", new float[40][8]), 2_000, ALLOCATED_MAX);
  }

  @Test
  void vecs_damaged_endsOrIsRefused() throws IOException {
    fuzz("fvecs", TestFiles.fvecs(new float[][] {{1, 2, 3}, {4, 5, 6}, {7}}), 2_000, ALLOCATED_MAX);
    fuzz("bvecs", TestFiles.bvecs(new float[20][12]), 2_000, ALLOCATED_MAX);
  }

  @Test
  void idx_damaged_endsOrIsRefused() throws IOException {
    byte[] whole = TestFiles.idx(new int[] {5, 2, 3}, new byte[30]);
    fuzz("idx3-ubyte", whole, 2_000, ALLOCATED_MAX);
    fuzz("idx3-ubyte.gz", TestFiles.gzip(whole), 1_000, 2 * ALLOCATED_MAX);
  }

  @Test
  void jsonLines_damaged_endsOrIsRefused() throws IOException {
    byte[] lines =
        "{\"id\":\"a\",\"vector\":[1,2]}\n\n{\"id\":\"b\",\"vector\":[3,4],\"payload\":{\"x\":1}}\r\n"
            .repeat(5)
            .getBytes(StandardCharsets.UTF_8);
    fuzz("jsonl", lines, 2_000, ALLOCATED_MAX);
    fuzz("jsonl.gz", TestFiles.gzip(lines), 1_000, 2 * ALLOCATED_MAX);
  }

  @Test
  void avro_damaged_endsOrIsRefused() throws IOException {
    Schema schema =
        new Schema.Parser()
            .parse(
                "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"id\",\"type\":\"string\"},"
                    + "{\"name\":\"vector\",\"type\":{\"type\":\"array\",\"items\":\"float\"}},"
                    + "{\"name\":\"x\",\"type\":[\"null\",\"bytes\"],\"default\":null}]}");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataFileWriter<GenericRecord> out =
        new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(schema))) {
      out.setSyncInterval(64);
      out.create(schema, bytes);
      for (int i = 0; i < 12; i++) {
        out.append(
            new GenericRecordBuilder(schema)
                .set("id", "id" + i)
                .set("vector", List.of(1f * i, 2f))
                .build());
      }
    }
    // A block may be said to have 64 MiB, and a text 4 MiB.
    fuzz("avro", bytes.toByteArray(), 3_000, 256L << 20);
  }

  @Test
  void parquet_damaged_endsOrIsRefused() throws Exception {
    Path golden =
        Path.of(
            Objects.requireNonNull(getClass().getResource("/golden/lists-snappy.parquet")).toURI());
    fuzz("parquet", Files.readAllBytes(golden), 500, 1L << 30);
  }
}
