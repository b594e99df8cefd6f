package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.core.io.InputStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileRecordReaderTest {
  private static final FileReading ALL =
      new FileReading(TestFiles.TENANT, null, List.of(), Long.MAX_VALUE);

  @TempDir private Path folder;

  private final List<String> read = new ArrayList<>();
  private int requests;

  private FileSplit lines(String name, int rows) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < rows; i++) {
      text.append(
          i % 7 == 6
              ? "bad\n"
              : "{\"id\":\"%s-%d\",\"vector\":[1],\"payload\":{\"n\":%d}}\n"
                  .formatted(name, i, i % 3));
    }
    Path file = TestFiles.write(folder.resolve(name + ".jsonl"), text.toString());
    return new FileSplit(file.toString(), null, 0, TestFiles.BASE);
  }

  private FileSplit vectors(String name, int rows) {
    float[][] vectors = new float[rows][2];
    StringBuilder sidecar = new StringBuilder();
    for (int i = 0; i < rows; i++) {
      sidecar.append("{\"id\":\"%s-%d\"}\n".formatted(name, i));
    }
    Path file = TestFiles.write(folder.resolve(name + ".npy"), TestFiles.npy("<f2", vectors));
    Path beside =
        TestFiles.write(
            folder.resolve(name + ".jsonl.gz"),
            TestFiles.gzip(sidecar.toString().getBytes(StandardCharsets.UTF_8)));
    return new FileSplit(file.toString(), beside.toString(), 0, TestFiles.BASE);
  }

  private FileRecordReader reader(FileReading reading) {
    SourceReaderContext context =
        Proxies.of(
            SourceReaderContext.class,
            (method, arguments) -> {
              assertThat(method.getName()).isEqualTo("sendSplitRequest");
              requests++;
              return null;
            });
    return new FileRecordReader(context, reading);
  }

  private InputStatus poll(FileRecordReader reader) {
    ReaderOutput<byte[]> output =
        Proxies.of(
            ReaderOutput.class,
            (method, arguments) -> {
              read.add(name(ItemCodec.decode((byte[]) arguments[0])));
              return null;
            });
    return reader.pollNext(output);
  }

  private static String name(Item item) {
    return item instanceof Item.Row row
        ? row.vector().id() + "@" + row.vector().order()
        : item.origin().source() + " " + item.origin().position();
  }

  private void readToTheEnd(FileRecordReader reader) {
    reader.notifyNoMoreSplits();
    while (poll(reader) != InputStatus.END_OF_INPUT) {
      // Until there is no more.
    }
  }

  @Test
  void pollNext_filesAsTheyAreAssigned_readsEachAndAsksForMore() {
    FileSplit first = lines("a", 3);
    FileSplit second = vectors("b", 2);
    try (FileRecordReader reader = reader(ALL)) {
      reader.start();
      assertThat(requests).isEqualTo(1);
      assertThat(poll(reader)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
      assertThat(reader.isAvailable()).isNotDone();

      reader.addSplits(List.of(first));
      assertThat(reader.isAvailable()).isDone();
      while (poll(reader) == InputStatus.MORE_AVAILABLE) {
        // Until it has read the file.
      }
      assertThat(requests).isEqualTo(2);
      assertThat(reader.isAvailable()).isNotDone();

      reader.addSplits(List.of(second));
      readToTheEnd(reader);
    }
    assertThat(read).containsExactly("a-0@1000", "a-1@1001", "a-2@1002", "b-0@1000", "b-1@1001");
  }

  @Test
  void start_splitsRestored_asksForNone() {
    try (FileRecordReader reader = reader(ALL)) {
      reader.addSplits(List.of(lines("a", 1).at(1)));
      reader.start();
      assertThat(requests).isZero();
      readToTheEnd(reader);
    }
    assertThat(read).isEmpty();
  }

  @Test
  void snapshotState_atAnyRowAndRestored_readsEachRowOnce() {
    long seed = 20261121;
    Random random = new Random(seed);
    List<FileSplit> splits =
        List.of(lines("a", 40), vectors("b", 25), lines("c", 0), lines("d", 9));
    List<String> expected = new ArrayList<>();
    try (FileRecordReader reader = reader(ALL)) {
      reader.addSplits(splits);
      readToTheEnd(reader);
      expected.addAll(read);
    }
    assertThat(expected).hasSize(74).doesNotHaveDuplicates();

    for (int round = 0; round < 60; round++) {
      read.clear();
      List<FileSplit> left = splits;
      for (int lives = random.nextInt(5); lives > 0; lives--) {
        try (FileRecordReader reader = reader(ALL)) {
          reader.addSplits(left);
          reader.notifyNoMoreSplits();
          for (int polls = random.nextInt(40); polls > 0; polls--) {
            poll(reader);
          }
          left = reader.snapshotState(1);
        }
      }
      try (FileRecordReader reader = reader(ALL)) {
        reader.addSplits(left);
        readToTheEnd(reader);
      }
      assertThat(read).as("seed %d, round %d", seed, round).isEqualTo(expected);
    }
  }

  @Test
  void pollNext_whereAndLimit_readsOnlyThose() {
    FileSplit split = lines("a", 20);
    FileReading where = new FileReading(TestFiles.TENANT, "n", List.of("0", "2"), 10);
    try (FileRecordReader reader = reader(where)) {
      reader.addSplits(List.of(split));
      readToTheEnd(reader);
    }
    // Of the first ten rows those whose n is 0 or 2, and what cannot be read.
    assertThat(read)
        .containsExactly(
            "a-0@1000",
            "a-2@1002",
            "a-3@1003",
            "a-5@1005",
            "a.jsonl row 6",
            "a-8@1008",
            "a-9@1009");
  }

  @Test
  void snapshotState_underWhereAndLimit_countsRowsOfTheFile() {
    FileSplit split = lines("a", 20);
    FileReading where = new FileReading(TestFiles.TENANT, "n", List.of("2"), 10);
    List<FileSplit> left;
    try (FileRecordReader reader = reader(where)) {
      reader.addSplits(List.of(split));
      for (int polls = 0; polls < 6; polls++) {
        poll(reader);
      }
      left = reader.snapshotState(1);
    }
    assertThat(left).containsExactly(split.at(5));
    try (FileRecordReader reader = reader(where)) {
      reader.addSplits(left);
      readToTheEnd(reader);
    }
    assertThat(read).containsExactly("a-2@1002", "a-5@1005", "a.jsonl row 6", "a-8@1008");
  }
}
