package io.akidb.diskann.format.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.NodeFilter;
import io.akidb.diskann.PartitionRouter;
import io.akidb.diskann.PqCodebook;
import io.akidb.diskann.RecallCalibration;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.TestProviders;
import io.akidb.diskann.VectorIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.roaringbitmap.RoaringBitmap;

/**
 * Files that version 1 of the format wrote, kept in {@code src/test/resources/golden/v1} with what
 * they must answer: they must stay readable for ever. {@link GoldenFiles} wrote them.
 */
class GoldenFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @BeforeAll
  static void writeIfAsked() throws IOException {
    if (Boolean.getBoolean("akidb.golden.write")) {
      GoldenFiles.write();
    }
  }

  static Stream<Arguments> shards() {
    return GoldenFiles.TYPES.stream()
        .flatMap(
            type -> Stream.of(DistanceMetric.values()).map(metric -> Arguments.of(type, metric)));
  }

  private static JsonNode json(String name) throws IOException {
    return JSON.readTree(GoldenFiles.FOLDER.resolve(name).toFile());
  }

  @ParameterizedTest
  @MethodSource("shards")
  void shard_golden_answersAsItDid(String type, DistanceMetric metric) throws IOException {
    JsonNode expected = json(GoldenFiles.records(type, metric));
    ShardModel model = GoldenRecords.read(expected);
    Path file = GoldenFiles.FOLDER.resolve(GoldenFiles.shard(type, metric));
    try (VectorIndex index = TestProviders.of(ShardModel.provider(type)).open(file)) {
      index.verify();
      assertThat(index.type()).isEqualTo(TestProviders.of(ShardModel.provider(type)).type());
      assertThat(index.schema()).isEqualTo(model.schema());
      assertThat(index.size()).isEqualTo(model.records().size());
      for (IndexRecord record : model.records()) {
        int node = index.nodeId(record.vectorId());
        assertThat(index.vectorId(node)).isEqualTo(record.vectorId());
        assertThat(index.order(node)).isEqualTo(record.order());
        assertThat(index.payload(node)).isEqualTo(record.payload());
        float[] vector = new float[model.schema().dimension()];
        index.vector(node, vector);
        assertThat(vector).isEqualTo(record.vector());
      }
      requireCalibration(index, type);
      for (JsonNode search : expected.get("searches")) {
        requireSearch(index, search);
      }
    }
  }

  private static void requireCalibration(VectorIndex index, String type) {
    RecallCalibration expected =
        type.startsWith("calibrated-") ? GoldenFiles.CALIBRATION : RecallCalibration.TYPICAL;
    RecallCalibration calibration = index.calibration();
    assertThat(calibration.isMeasured()).isEqualTo(expected.isMeasured());
    assertThat(calibration.curves()).hasSameSizeAs(expected.curves());
    for (int i = 0; i < calibration.curves().size(); i++) {
      RecallCalibration.Curve curve = calibration.curves().get(i);
      assertThat(curve.k()).isEqualTo(expected.curves().get(i).k());
      assertThat(curve.listSizes()).isEqualTo(expected.curves().get(i).listSizes());
      assertThat(curve.recalls()).isEqualTo(expected.curves().get(i).recalls());
    }
  }

  private static void requireSearch(VectorIndex index, JsonNode search) {
    NodeFilter filter =
        search.hasNonNull("attribute")
            ? NodeFilter.of(
                nodes(index, search.get("attribute").textValue(), search.get("predicate")))
            : null;
    float[] query = GoldenRecords.vector(search.get("query"));
    JsonNode answers = search.get("answers");
    SearchResult exact = index.search(query, new SearchParameters(5, 100, 4, 0, Float.NaN), filter);
    assertThat(exact.size()).isEqualTo(answers.size());
    for (int i = 0; i < answers.size(); i++) {
      assertThat(index.vectorId(exact.nodeId(i))).isEqualTo(answers.get(i).get("id").textValue());
      double distance = answers.get(i).get("distance").doubleValue();
      assertThat((double) exact.distance(i))
          .isCloseTo(distance, within(Math.max(1e-4, 1e-6 * Math.abs(distance))));
    }
    // A list so short that a graph is walked: of 40 vectors the nearest is on the way.
    SearchResult walked = index.search(query, new SearchParameters(4, 4, 4, 0, Float.NaN), filter);
    if (filter == null) {
      assertThat(walked.statistics().strategy())
          .isEqualTo(index.type().equals("flat") ? "scan" : "graph");
      assertThat(walked.nodeId(0)).isEqualTo(exact.nodeId(0));
    }
  }

  private static RoaringBitmap nodes(VectorIndex index, String name, JsonNode predicate) {
    AttributeValue value = GoldenRecords.value(predicate.get("value"));
    return switch (predicate.get("is").textValue()) {
      case "equal" -> index.attributes().equal(name, value);
      case "least" -> index.attributes().range(name, value, true, null, true);
      case "below" -> index.attributes().range(name, null, true, value, false);
      default -> throw new IllegalArgumentException(predicate.toString());
    };
  }

  @ParameterizedTest
  @MethodSource("shards")
  void shard_ofTheSameRecords_isStillWrittenSo(String type, DistanceMetric metric)
      throws IOException {
    ShardModel model = GoldenRecords.read(json(GoldenFiles.records(type, metric)));
    Path written = folder.resolve("a.shard");
    GoldenFiles.write(type, model, written);
    ShardBytes golden = ShardBytes.of(GoldenFiles.FOLDER.resolve(GoldenFiles.shard(type, metric)));
    ShardBytes now = ShardBytes.of(written);
    if (ShardModel.provider(type).equals("flat")) {
      assertThat(now.array()).isEqualTo(golden.array());
      return;
    }
    // The graph may become a better one; how it lies in the file may not change. Nodes in another
    // order have attributes in other runs, which take more bytes or fewer; those of flat shards,
    // above, do not.
    List<Integer> sections = new ArrayList<>(golden.ids());
    if (isWithoutEntries(type)) {
      sections.add(ShardBytes.ENTRIES);
    }
    assertThat(now.ids()).containsExactlyInAnyOrderElementsOf(sections);
    for (int id : golden.ids()) {
      if (id == ShardSections.ATTRIBUTES
          || (id == ShardSections.NODES && isBeforePackedPages(type))) {
        continue;
      }
      assertThat(now.length(id)).as("section %s", id).isEqualTo(golden.length(id));
    }
    assertThat(Arrays.copyOf(now.array(), 168)).startsWith(Arrays.copyOf(golden.array(), 12));
  }

  /** Whether the golden shard would have packed pages now. */
  private static boolean isBeforePackedPages(String type) {
    return ShardModel.provider(type).equals("diskann") && !type.startsWith("packed-");
  }

  /** Whether the golden shard is of before resident ones had entries. */
  private static boolean isWithoutEntries(String type) {
    return !type.startsWith("entries-")
        && !List.of("flat", "diskann").contains(ShardModel.provider(type));
  }

  @ParameterizedTest
  @MethodSource("shards")
  void shard_golden_hasEntriesAsItsNameSays(String type, DistanceMetric metric) {
    Path file = GoldenFiles.FOLDER.resolve(GoldenFiles.shard(type, metric));
    boolean hasEntries = !isWithoutEntries(type) && !ShardModel.provider(type).equals("flat");
    assertThat(ShardBytes.of(file).ids().contains(ShardBytes.ENTRIES)).isEqualTo(hasEntries);
  }

  @Test
  void router_golden_routesAsItDid() throws IOException {
    byte[] bytes = Files.readAllBytes(GoldenFiles.FOLDER.resolve("router.bin"));
    PartitionRouter router = PartitionRouter.fromBytes(bytes);
    assertThat(router.toBytes()).isEqualTo(bytes);
    JsonNode expected = json("router.json");
    assertThat(router.partitions()).isEqualTo(expected.get("centroids").size());
    for (int j = 0; j < router.partitions(); j++) {
      assertThat(router.centroid(j))
          .isEqualTo(GoldenRecords.vector(expected.get("centroids").get(j)));
    }
    for (JsonNode query : expected.get("queries")) {
      float[] vector = GoldenRecords.vector(query.get("vector"));
      assertThat(router.nearest(vector)).isEqualTo(query.get("stored_in").intValue());
      assertThat(JSON.<JsonNode>valueToTree(router.nearest(vector, router.partitions())))
          .isEqualTo(query.get("asked"));
    }
  }

  @Test
  void codebook_golden_encodesAsItDid() throws IOException {
    byte[] bytes = Files.readAllBytes(GoldenFiles.FOLDER.resolve("codebook.bin"));
    PqCodebook codebook = PqCodebook.fromBytes(bytes);
    assertThat(codebook.toBytes()).isEqualTo(bytes);
    JsonNode expected = json("codebook.json");
    assertThat(codebook.subspaces()).isEqualTo(expected.get("subspaces").intValue());
    for (JsonNode each : expected.get("codes")) {
      byte[] code = new byte[codebook.subspaces()];
      codebook.encode(GoldenRecords.vector(each.get("vector")), code, 0);
      for (int m = 0; m < code.length; m++) {
        assertThat(code[m] & 255).isEqualTo(each.get("code").get(m).intValue());
      }
    }
  }
}
