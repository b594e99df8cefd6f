package io.akidb.bench.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCacheTest {
  private static final int ROWS = 300;
  private final float[][] base = TestFiles.vectors(ROWS, 12, 2);
  private final float[][] queries = TestFiles.vectors(20, 12, 3);
  private final List<String> said = new ArrayList<>();

  @TempDir Path folder;
  private Path source;
  private DataCache cache;

  @BeforeEach
  void writeSource() throws IOException {
    source = Files.createDirectory(folder.resolve("My Set"));
    TestFiles.fvecs(source.resolve("base.fvecs"), base);
    TestFiles.npy(source.resolve("query.npy"), "<f4", queries, 1);
    cache = new DataCache(folder.resolve("cache"), said::add);
  }

  @Test
  void prepare_folderWithoutTruth_computesItOnce() {
    Path prepared = cache.prepare(source.toString(), 0, 0, null);
    PreparedData data = new PreparedData(prepared);
    assertThat(data.meta())
        .isEqualTo(new PreparedData.Meta("my-set", DistanceMetric.L2, ROWS, 12, 20, 100));
    assertThat(data.base()).isDeepEqualTo(base);
    assertThat(data.queries()).isDeepEqualTo(queries);
    assertThat(data.truth()[3]).startsWith(sortedRows(queries[3])[0], sortedRows(queries[3])[1]);
    assertThat(said).anyMatch(text -> text.contains("no ground truth is given"));
    said.clear();
    assertThat(cache.prepare(source.toString(), 0, 0, null)).isEqualTo(prepared);
    assertThat(said).isEmpty();
    assertThat(cache.prepare(source.toString(), 100, 5, DistanceMetric.DOT)).isNotEqualTo(prepared);
  }

  private int[] sortedRows(float[] query) {
    return IntStream.range(0, ROWS)
        .boxed()
        .sorted(
            Comparator.comparingDouble((Integer row) -> Kernels.squaredL2(query, base[row]))
                .thenComparing(Comparator.naturalOrder()))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  @Test
  void prepare_truthOfTheseVectors_isTaken() throws IOException {
    int[][] truth =
        Arrays.stream(queries)
            .map(query -> Arrays.copyOf(sortedRows(query), 50))
            .toArray(int[][]::new);
    TestFiles.ivecs(source.resolve("groundtruth-l2.ivecs"), truth);
    PreparedData data = new PreparedData(cache.prepare(source.toString(), 0, 0, null));
    assertThat(data.truth()).isDeepEqualTo(truth);
    assertThat(said).noneMatch(text -> text.contains("ground truth"));
  }

  @Test
  void prepare_truthOfOtherVectors_isReplaced() throws IOException {
    int[][] wrong = new int[queries.length][10];
    for (int[] rows : wrong) {
      Arrays.setAll(rows, i -> i);
    }
    TestFiles.ivecs(source.resolve("groundtruth-cosine.ivecs"), wrong);
    PreparedData data = new PreparedData(cache.prepare(source.toString(), 0, 0, null));
    assertThat(said).anyMatch(text -> text.contains("of other rows"));
    assertThat(data.meta().metric()).isEqualTo(DistanceMetric.COSINE);
    assertThat(Kernels.dot(data.base()[7], data.base()[7])).isCloseTo(1, within(1e-5f));
    wrong[0][0] = ROWS;
    TestFiles.ivecs(source.resolve("groundtruth-cosine.ivecs"), wrong);
    said.clear();
    cache.prepare(source.toString(), 0, 0, null);
    assertThat(said).anyMatch(text -> text.contains("of other rows"));
  }

  @Test
  void prepare_oneFile_holdsItsLastRowsOut() {
    Path file = source.resolve("base.fvecs");
    PreparedData data = new PreparedData(cache.prepare(file.toString(), 0, 0, DistanceMetric.DOT));
    assertThat(data.meta())
        .isEqualTo(new PreparedData.Meta("base", DistanceMetric.DOT, 270, 12, 30, 100));
    assertThat(data.queries()[0]).isEqualTo(base[270]);
  }

  @Test
  void prepare_generated_isTheRecipesSet() {
    PreparedData data = new PreparedData(cache.prepare("s1m", 300, 7, null));
    assertThat(data.meta())
        .isEqualTo(new PreparedData.Meta("s1m", DistanceMetric.L2, 300, 128, 7, 100));
    // What the recipe's own program writes for these numbers of rows.
    assertThat(Arrays.copyOf(data.base()[0], 4))
        .containsExactly(-1.7081809f, 1.7650609f, -1.2846912f, -0.6154988f);
    assertThat(Arrays.copyOf(data.queries()[0], 4))
        .containsExactly(-2.0444062f, -1.1307319f, -1.5578891f, 0.96162033f);
    assertThat(data.truth()[0]).startsWith(288, 178, 155, 170, 35);
  }

  @Test
  void prepare_nothingThere_saysWhatToName() throws IOException {
    assertThatThrownBy(() -> cache.prepare(folder.resolve("none").toString(), 0, 0, null))
        .hasMessageContaining("name a folder, a file, or s1m");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThatThrownBy(() -> cache.prepare(empty.toString(), 0, 0, null))
        .hasMessageContaining("*base*");
    Path text = Files.writeString(folder.resolve("vectors.csv"), "1,2,3");
    assertThatThrownBy(() -> cache.prepare(text.toString(), 0, 0, null))
        .hasMessageContaining("fvecs, bvecs, npy");
    TestFiles.fvecs(empty.resolve("few.fvecs"), Arrays.copyOf(base, 5));
    assertThatThrownBy(() -> cache.prepare(empty.resolve("few.fvecs").toString(), 0, 0, null))
        .hasMessageContaining("too few rows");
    TestFiles.npy(source.resolve("query.npy"), "<f4", TestFiles.vectors(3, 5, 1), 1);
    assertThatThrownBy(() -> cache.prepare(source.toString(), 0, 0, null))
        .hasMessageContaining("one dimension");
  }

  @Test
  void filter_share_acceptsItsRowsAndKnowsTheirNearest() {
    PreparedData data = new PreparedData(cache.prepare(source.toString(), 0, 0, null));
    String filter = data.addFilter(0.1, 42);
    assertThat(data.filteredRows(filter).cardinality()).isEqualTo(30);
    int[] expected =
        Arrays.stream(sortedRows(queries[5]))
            .filter(data.filteredRows(filter)::get)
            .limit(10)
            .toArray();
    assertThat(data.filteredTruth(filter)[5]).isEqualTo(expected);
    assertThat(data.addFilter(0.1, 42)).isEqualTo(filter);
    assertThat(data.filteredTruth(data.addFilter(0.01, 42))[0]).hasSize(3);
    assertThatThrownBy(() -> data.filteredRows("0.7")).hasMessageContaining("no filter 0.7");
  }

  @Test
  void open_damagedFolder_saysToDeleteIt() throws IOException {
    Path prepared = cache.prepare(source.toString(), 0, 0, null);
    PreparedData data = new PreparedData(prepared);
    Files.write(prepared.resolve("base.f32"), new byte[8]);
    assertThatThrownBy(data::base).hasMessageContaining("delete its folder");
    assertThatThrownBy(() -> new PreparedData(folder)).hasMessageContaining("delete its folder");
  }
}
