package io.akidb.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.cli.CliException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoDataTest {
  private static final int ROWS = 6;
  private static final int QUERIES = 2;

  @TempDir Path folder;

  /** Row i is (i, i + 1, i + 2). */
  private void vectors(String name, int rows, int dimension) throws IOException {
    byte[] bytes = new byte[rows * (1 + dimension) * 4];
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < rows; row++) {
      file.putInt(dimension);
      for (int d = 0; d < dimension; d++) {
        file.putFloat(row + d);
      }
    }
    Files.write(folder.resolve(name), bytes);
  }

  private void lines(String name, int rows) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int row = 0; row < rows; row++) {
      String part = row % 2 == 0 ? "noun" : "verb";
      text.append("{\"id\": \"r%d\", \"part_of_speech\": \"%s\"}%n".formatted(row, part));
    }
    Files.writeString(folder.resolve(name), text);
  }

  private void isRefused(String... said) {
    assertThatThrownBy(() -> DemoData.read(folder, 100))
        .isInstanceOf(CliException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContainingAll(said)
        .extracting(e -> e.getClass().getSimpleName())
        .isEqualTo("Usage");
  }

  @BeforeEach
  void writeASoundSet() throws IOException {
    vectors("base.fvecs", ROWS, 3);
    lines("base.jsonl", ROWS);
    vectors("query.fvecs", QUERIES, 3);
    lines("query.jsonl", QUERIES);
  }

  @Test
  void read_ofASoundSet_pairsVectorsAndLines() {
    DemoData data = DemoData.read(folder, 100);
    assertThat(data.dimension()).isEqualTo(3);
    assertThat(data.base()).hasSize(ROWS);
    assertThat(data.base().get(4)).containsExactly(4, 5, 6);
    assertThat(data.rows().get(4).path("id").asText()).isEqualTo("r4");
    assertThat(data.queries()).hasSize(QUERIES);
    assertThat(data.queryRows()).hasSize(QUERIES);
    assertThat(data.vectors()).isEqualTo(folder.resolve("base.fvecs"));
    assertThat(data.rowsOf(List.of("verb"))).containsExactly(1, 3, 5);
    assertThat(data.rowsOf(List.of("verb", "noun"))).hasSize(ROWS);
    assertThat(data.rowsOf(List.of("adverb"))).isEmpty();
  }

  @Test
  void read_ofTheFirstRows_readsTheseOnly() {
    DemoData data = DemoData.read(folder, 4);
    assertThat(data.base()).hasSize(4);
    assertThat(data.rows()).hasSize(4);
    assertThat(data.queries()).hasSize(QUERIES);
  }

  @Test
  void read_ofPackedLines_readsThem() throws IOException {
    byte[] plain = Files.readAllBytes(folder.resolve("base.jsonl"));
    Files.delete(folder.resolve("base.jsonl"));
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("base.jsonl.gz")))) {
      out.write(plain);
    }
    assertThat(DemoData.read(folder, 100).rows()).hasSize(ROWS);
    Files.write(folder.resolve("base.jsonl.gz"), plain);
    isRefused("base.jsonl.gz", "cannot read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"base.fvecs", "base.jsonl", "query.fvecs", "query.jsonl"})
  void read_withoutAFile_namesWhatIsNeeded(String name) throws IOException {
    Files.delete(folder.resolve(name));
    isRefused("--data", "base.f16.npy", "query.jsonl");
  }

  @Test
  void read_ofNoFolder_isRefused() {
    assertThatThrownBy(() -> DemoData.read(folder.resolve("nowhere"), 100))
        .isInstanceOf(CliException.class)
        .hasMessageContainingAll("--data", "nowhere");
  }

  @ParameterizedTest
  @ValueSource(strings = {"base.jsonl", "query.jsonl"})
  void read_withALineTooFew_isRefused(String name) throws IOException {
    lines(name, 1);
    isRefused("--data", "needs its line of JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"base.jsonl", "query.jsonl"})
  void read_withALineTooMany_isRefusedRatherThanShifted(String name) throws IOException {
    lines(name, ROWS + 1);
    isRefused("--data", "needs its line of JSON");
  }

  @Test
  void read_ofTwoDimensions_isRefused() throws IOException {
    vectors("query.fvecs", QUERIES, 4);
    isRefused("--data", "one dimension");
  }

  @Test
  void read_withoutVectors_isRefused() throws IOException {
    Files.writeString(folder.resolve("query.npy"), "");
    Files.delete(folder.resolve("query.fvecs"));
    isRefused("query.npy");
  }

  @Test
  void read_withALineThatIsNoJson_namesTheLine() throws IOException {
    Files.writeString(
        folder.resolve("query.jsonl"), "{\"text\": \"a\"}\nnot so\n", StandardCharsets.UTF_8);
    isRefused("query.jsonl", "line 2");
  }
}
