package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.catalog.VectorRecord;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesFileTest {
  private static final String GOOD = "{\"id\":\"%s\",\"vector\":[1]}";

  @TempDir private Path folder;

  private Path file(String name, String text) {
    return TestFiles.write(folder.resolve(name), text);
  }

  private static String line(String id) {
    return GOOD.formatted(id) + "\n";
  }

  @Test
  void next_linesWithAndWithoutLastEnd_areRowsInOrder() {
    for (String end : List.of("", "\n", "\r\n", "\n\n \t\n")) {
      List<VectorRecord> rows =
          TestFiles.rows(TestFiles.readAll(file("a.jsonl", line("x") + GOOD.formatted("y") + end)));

      assertThat(rows).extracting(VectorRecord::id).containsExactly("x", "y");
      assertThat(rows)
          .extracting(VectorRecord::order)
          .containsExactly(TestFiles.BASE, TestFiles.BASE + 1);
    }
  }

  @Test
  void next_emptyFile_hasNoRows() {
    assertThat(TestFiles.readAll(file("a.jsonl", ""))).isEmpty();
    assertThat(TestFiles.readAll(file("b.jsonl", "\n\n"))).isEmpty();
  }

  @Test
  void next_badLineBetweenGoodOnes_isADeadLetterWithItsBytes() {
    List<Item> items = TestFiles.readAll(file("a.ndjson", line("x") + "nonsense\n" + line("z")));

    assertThat(items).hasSize(3);
    Item.DeadLetter letter = TestFiles.letter(items.get(1));
    assertThat(letter.reason()).startsWith("not JSON: ");
    assertThat(letter.raw()).asString(StandardCharsets.UTF_8).isEqualTo("nonsense");
    assertThat(letter.origin()).isEqualTo(new Item.Origin("a.ndjson", "row 1"));
    assertThat(TestFiles.row(items.get(2)).order()).isEqualTo(TestFiles.BASE + 2);
  }

  @Test
  void next_blankLines_areNoRows() {
    List<VectorRecord> rows =
        TestFiles.rows(
            TestFiles.readAll(file("a.jsonl", "\n" + line("x") + "\r\n \n" + line("y"))));

    assertThat(rows).extracting(VectorRecord::order).containsExactly(1_000L, 1_001L);
  }

  @Test
  void next_lineBeyondTheBound_isADeadLetterAndTheNextOneIsRead() {
    String giant = "{\"id\":\"" + "x".repeat(3 * Lines.LINE_BYTES_MAX);

    List<Item> items = TestFiles.readAll(file("a.jsonl", giant + "\n" + line("y")));

    Item.DeadLetter letter = TestFiles.letter(items.get(0));
    assertThat(letter.reason()).isEqualTo("the line is longer than 1048576 bytes");
    assertThat(letter.raw()).hasSize(RecordFile.RAW_BYTES_MAX);
    assertThat(TestFiles.row(items.get(1)).id()).isEqualTo("y");
  }

  @Test
  void next_lineOfExactlyTheBound_isRead() {
    String padding = " ".repeat(Lines.LINE_BYTES_MAX - GOOD.formatted("x").length());

    assertThat(TestFiles.readAll(file("a.jsonl", GOOD.formatted("x") + padding)))
        .extracting(item -> TestFiles.row(item).id())
        .containsExactly("x");
    assertThat(
            TestFiles.letter(
                    TestFiles.readAll(file("b.jsonl", GOOD.formatted("x") + padding + " ")).get(0))
                .reason())
        .contains("longer");
  }

  @Test
  void next_lineOfOtherEncoding_isADeadLetter() {
    Path file =
        TestFiles.write(
            folder.resolve("a.jsonl"),
            TestFiles.concat(
                "{\"id\":\"\u00e9\",\"vector\":[1]}\n".getBytes(StandardCharsets.ISO_8859_1),
                line("y").getBytes(StandardCharsets.UTF_8)));

    List<Item> items = TestFiles.readAll(file);

    assertThat(TestFiles.letter(items.get(0)).reason()).isEqualTo("not UTF-8");
    assertThat(TestFiles.row(items.get(1)).id()).isEqualTo("y");
  }

  @Test
  void next_gzipped_isReadAlike() {
    byte[] text = (line("x") + line("y")).getBytes(StandardCharsets.UTF_8);

    for (String name : List.of("a.jsonl.gz", "B.JSONL.GZ", "c.ndjson.gz")) {
      Path file = TestFiles.write(folder.resolve(name), TestFiles.gzip(text));
      assertThat(TestFiles.rows(TestFiles.readAll(file)))
          .extracting(VectorRecord::id)
          .containsExactly("x", "y");
    }
  }

  @Test
  void next_gzipOfSeveralMembers_isReadToTheEnd() {
    byte[] first = TestFiles.gzip(line("x").getBytes(StandardCharsets.UTF_8));
    byte[] second = TestFiles.gzip(line("y").getBytes(StandardCharsets.UTF_8));

    assertThat(
            TestFiles.readAll(
                TestFiles.write(folder.resolve("a.jsonl.gz"), TestFiles.concat(first, second))))
        .hasSize(2);
  }

  @Test
  void next_gzipCutOffOrDamaged_endsWithOneDeadLetter() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 5_000; i++) {
      text.append(line("id-" + i * 7919L % 10_007));
    }
    byte[] whole = TestFiles.gzip(text.toString().getBytes(StandardCharsets.UTF_8));
    byte[] damaged = whole.clone();
    damaged[whole.length / 2] ^= 0x55;
    damaged[whole.length / 2 + 1] ^= 0x55;
    for (byte[] bytes : List.of(Arrays.copyOf(whole, whole.length * 3 / 4), damaged)) {
      List<Item> items = TestFiles.readAll(TestFiles.write(folder.resolve("a.jsonl.gz"), bytes));

      assertThat(TestFiles.letter(items.get(items.size() - 1)).reason())
          .startsWith("the file is broken from here on: ");
      assertThat(TestFiles.row(items.get(0)).id()).isEqualTo("id-0");
    }
  }

  @Test
  void open_noGzip_isUnreadable() {
    for (String text : List.of("", "plain")) {
      Path file = file("a.jsonl.gz", text);
      assertThatThrownBy(() -> TestFiles.readAll(file))
          .isInstanceOf(UnreadableFileException.class)
          .hasMessageStartingWith("--file: cannot read " + file + ": ")
          .hasMessageNotContaining("null");
    }
  }

  @Test
  void open_unknownEnding_isRefused() {
    Path file = file("a.csv", "1,2");

    assertThatThrownBy(() -> TestFiles.readAll(file))
        .isInstanceOf(IngestUsageException.class)
        .hasMessageContaining("known endings are " + FileType.KNOWN);
  }

  @Test
  void open_missingFile_isUnreadable() {
    assertThatThrownBy(() -> TestFiles.readAll(folder.resolve("none.jsonl")))
        .isInstanceOf(UnreadableFileException.class);
  }

  @Test
  void next_limit_endsThere() {
    Path file = file("a.jsonl", line("x") + "bad\n" + line("z"));

    try (RecordFile open = TestFiles.open(file, null, 2)) {
      assertThat(open.next()).isInstanceOf(Item.Row.class);
      assertThat(open.next()).isInstanceOf(Item.DeadLetter.class);
      assertThat(open.next()).isNull();
      assertThat(open.rowsDone()).isEqualTo(2);
    }
  }

  @Test
  void skip_beyondTheEnd_isTheEnd() {
    try (RecordFile open = TestFiles.open(file("a.jsonl", line("x")), null, Long.MAX_VALUE)) {
      open.skip(5);
      assertThat(open.next()).isNull();
    }
  }
}
