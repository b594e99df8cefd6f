package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.diskann.AttributeType;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexSchema;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.RoaringBitmap;

class AttributeColumnsTest {
  private static final int ROWS = 3_000;
  private static final IndexSchema SCHEMA =
      new IndexSchema(
          1,
          DistanceMetric.L2,
          new TreeMap<>(
              Map.of(
                  "title", AttributeType.STRING,
                  "tags", AttributeType.STRING_LIST,
                  "sold", AttributeType.BOOLEAN,
                  "year", AttributeType.LONG,
                  "price", AttributeType.DOUBLE)));

  @TempDir Path folder;

  @Test
  void section_moreThanMemoryHolds_hasTheSameBytes() throws IOException {
    byte[] inMemory = section(Long.MAX_VALUE);
    assertThat(inMemory.length).isGreaterThan(ROWS * 20);
    // At each record, at every few, and once only.
    for (long memoryBytes : new long[] {0, 5_000, 700_000}) {
      assertThat(section(memoryBytes)).as("bytes of memory: " + memoryBytes).isEqualTo(inMemory);
    }
    assertThat(folder).isEmptyDirectory();
  }

  private byte[] section(long memoryBytes) throws IOException {
    Random random = new Random(7);
    int[] positions = new int[ROWS];
    int[] nodes = new int[ROWS];
    for (int i = 0; i < ROWS; i++) {
      positions[i] = (i + ROWS / 3) % ROWS;
      nodes[positions[i]] = i;
    }
    Path file = folder.resolve("section");
    try (AttributeColumns columns = new AttributeColumns(SCHEMA, folder, memoryBytes);
        FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int i = 0; i < ROWS; i++) {
        columns.add(i, values(i, random));
      }
      SectionOutput out = new SectionOutput(channel);
      columns.write(out, positions, nodes);
      out.flush();
      return Files.readAllBytes(file);
    } finally {
      Files.delete(file);
    }
  }

  /**
   * Some texts on all rows, some on one, in another order by UTF-16 than by UTF-8; some missing.
   */
  private static Map<String, AttributeValue> values(int row, Random random) {
    Map<String, AttributeValue> values = new HashMap<>();
    values.put("title", new AttributeValue.Text((random.nextBoolean() ? "\uff5e" : "😀") + row));
    values.put(
        "tags",
        new AttributeValue.TextList(List.of("all", "\uff5e" + random.nextInt(9), "😀", "")));
    if (random.nextInt(3) > 0) {
      values.put("sold", new AttributeValue.Bool(random.nextBoolean()));
    }
    if (row < 100 || row > 2_700) {
      values.put("year", new AttributeValue.Int64(random.nextLong()));
    }
    values.put("price", new AttributeValue.Float64(random.nextGaussian()));
    return values;
  }

  @Test
  void merge_textsOfManyPositions_moveToTheFileToo() throws IOException {
    byte[] inMemory = mergedSection(Long.MAX_VALUE);
    assertThat(mergedSection(0)).isEqualTo(inMemory);
  }

  private byte[] mergedSection(long memoryBytes) throws IOException {
    Path file = folder.resolve("section");
    int[] same = new int[ROWS];
    for (int i = 0; i < ROWS; i++) {
      same[i] = i;
    }
    try (AttributeColumns columns = new AttributeColumns(SCHEMA, folder, memoryBytes);
        FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      columns.add(0, Map.of("title", new AttributeValue.Text("a")));
      columns.addText("title", "b", RoaringBitmap.bitmapOf(2, 5));
      columns.addText("title", "a", RoaringBitmap.bitmapOf(1, 3));
      columns.addText("title", "nobody's", new RoaringBitmap());
      columns.addText("gone", "a", RoaringBitmap.bitmapOf(1));
      columns.addNumber("year", 2_000, 4);
      columns.addNumber("gone", 2_000, 4);
      SectionOutput out = new SectionOutput(channel);
      columns.write(out, same, same);
      out.flush();
      return Files.readAllBytes(file);
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void numbers_outOfOrder_areRefused() {
    try (AttributeColumns columns = new AttributeColumns(SCHEMA, folder, 0)) {
      columns.addNumber("year", 7, 1);
      assertThatThrownBy(() -> columns.addNumber("year", 7, 2))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("position 7");
    }
  }

  @Test
  void value_notDeclared_isRefused() {
    try (AttributeColumns columns = new AttributeColumns(SCHEMA, folder, 0)) {
      assertThatThrownBy(() -> columns.add(0, Map.of("colour", new AttributeValue.Text("red"))))
          .hasMessageContaining("'colour' is not declared");
    }
  }
}
