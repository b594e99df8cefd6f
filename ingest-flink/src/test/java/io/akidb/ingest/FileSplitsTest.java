package io.akidb.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSplitsTest {
  @TempDir private Path temporary;
  private Path folder = Path.of("");

  @BeforeEach
  void setUp() throws IOException {
    folder = temporary.toRealPath();
  }

  private Path touch(String name) {
    return TestFiles.write(folder.resolve(name), "");
  }

  private static List<FileSplit> find(Path... paths) {
    return FileSplits.find(List.of(paths), null, 5);
  }

  private List<String> names(List<FileSplit> splits) {
    return splits.stream().map(split -> name(split.path())).toList();
  }

  private String name(@Nullable String path) {
    return path == null ? "" : folder.relativize(Path.of(path)).toString();
  }

  @Test
  void find_directory_hasAllKnownFilesBelowInTheOrderOfTheirNames() {
    touch("b/deep/c.avro");
    touch("b/d.PARQUET");
    touch("a.jsonl");
    touch("notes.txt");
    touch("b/table.csv");
    touch("z.fvecs");

    assertThat(names(find(folder)))
        .containsExactly("a.jsonl", "b/d.PARQUET", "b/deep/c.avro", "z.fvecs");
    assertThat(find(folder)).allSatisfy(split -> assertThat(split.baseOrder()).isEqualTo(5));
  }

  @Test
  void find_hiddenFilesAndFolders_areLeftOut() {
    touch(".hidden.jsonl");
    touch(".git/a.jsonl");
    touch("x/.cache/b.jsonl");
    touch("x/c.jsonl");

    assertThat(names(find(folder))).containsExactly("x/c.jsonl");
  }

  @Test
  void find_directoryBelowAHiddenOne_isReadWhenItIsNamed() {
    touch(".data/a.jsonl");

    assertThat(names(find(folder.resolve(".data")))).containsExactly(".data/a.jsonl");
  }

  @Test
  void find_links_leadToFilesButNotIntoFolders() throws IOException {
    touch("real/a.jsonl");
    Files.createSymbolicLink(folder.resolve("b.jsonl"), folder.resolve("real/a.jsonl"));
    Files.createSymbolicLink(folder.resolve("loop"), folder);
    Files.createSymbolicLink(folder.resolve("dangling.jsonl"), folder.resolve("none"));

    assertThat(names(find(folder))).containsExactly("b.jsonl", "real/a.jsonl");
  }

  @Test
  void find_linkToADirectory_isThatDirectory() throws IOException {
    touch("real/a.jsonl");
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("real"));

    assertThat(names(find(link))).containsExactly("real/a.jsonl");
  }

  @Test
  void find_fileNamedTwice_isOneSplit() {
    Path file = touch("a.jsonl");

    assertThat(find(file, folder.resolve("../" + folder.getFileName() + "/a.jsonl"), folder))
        .hasSize(1);
  }

  @Test
  void find_sidecarBeside_isTakenAndNoFileOfItsOwn() {
    touch("a.npy");
    touch("a.jsonl");
    touch("b.f16.npy");
    touch("b.jsonl.gz");
    touch("c.fvecs");
    touch("d.jsonl");

    assertThat(find(folder))
        .extracting(split -> name(split.path()), split -> name(split.sidecar()))
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("a.npy", "a.jsonl"),
            org.assertj.core.groups.Tuple.tuple("b.f16.npy", "b.jsonl.gz"),
            org.assertj.core.groups.Tuple.tuple("c.fvecs", ""),
            org.assertj.core.groups.Tuple.tuple("d.jsonl", ""));
  }

  @Test
  void find_sidecarOfTheWholeName_isNearerThanThatOfTheStem() {
    touch("a.train.npy");
    touch("a.test.npy");
    touch("a.train.jsonl");
    touch("a.jsonl");

    assertThat(find(folder))
        .extracting(split -> name(split.sidecar()))
        .containsExactly("a.jsonl", "a.train.jsonl");
  }

  @Test
  void find_namesOfMnistAndGzippedOnes_areVectorFilesWithSidecars() {
    touch("t10k-images-idx3-ubyte");
    touch("t10k-images-idx3-ubyte.jsonl.gz");
    touch("t10k-labels-idx1-ubyte");
    touch("train-images.idx3-ubyte.gz");
    touch("train-images.jsonl");
    touch("x.train.npy.gz");
    touch("x.train.jsonl");

    assertThat(find(folder))
        .extracting(split -> name(split.path()), split -> name(split.sidecar()))
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                "t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte.jsonl.gz"),
            org.assertj.core.groups.Tuple.tuple("train-images.idx3-ubyte.gz", "train-images.jsonl"),
            org.assertj.core.groups.Tuple.tuple("x.train.npy.gz", "x.train.jsonl"));
  }

  @Test
  void find_sidecarGiven_isTaken() {
    Path file = touch("a.npy");
    touch("a.jsonl");
    Path other = touch("ids.txt");

    assertThat(FileSplits.find(List.of(file), other, 5))
        .extracting(split -> name(split.sidecar()))
        .containsExactly("ids.txt");
  }

  @Test
  void find_sidecarThatDoesNotFit_isRefused() {
    Path npy = touch("a.npy");
    Path jsonl = touch("b.jsonl");

    assertRefused(
        () -> FileSplits.find(List.of(npy, jsonl), jsonl, 5),
        "--sidecar goes with one --file only");
    assertRefused(
        () -> FileSplits.find(List.of(jsonl), jsonl, 5), "--sidecar goes with a file of bare");
    assertRefused(
        () -> FileSplits.find(List.of(npy), folder.resolve("none"), 5),
        "--sidecar: there is no file ");
  }

  @Test
  void find_nothingToRead_isRefusedWithTheRemedy() {
    touch("notes.txt");

    assertRefused(() -> find(folder), "--file: nothing to read in");
    assertRefused(() -> find(folder), FileType.KNOWN);
    assertRefused(() -> find(folder.resolve("notes.txt")), "has no known ending; known are");
    assertRefused(() -> find(folder.resolve("none.jsonl")), "--file: there is no file ");
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(IngestUsageException.class).hasMessageContaining(message);
  }
}
