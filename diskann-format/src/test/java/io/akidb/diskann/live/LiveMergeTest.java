package io.akidb.diskann.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.akidb.diskann.AttributeType;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.CorruptShardException;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexBuilder;
import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.SearchParameters;
import io.akidb.diskann.SearchResult;
import io.akidb.diskann.ShardMerge;
import io.akidb.diskann.VectorIndex;
import io.akidb.diskann.data.TestVectors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A shard, what was deleted from it, and a live index become a shard. */
class LiveMergeTest {
  private static final int OLD = 1_200;
  private static final int FRESH = 300;
  private static final int DIMENSION = 12;
  private static final IndexSchema SCHEMA =
      new IndexSchema(
          DIMENSION,
          DistanceMetric.COSINE,
          new TreeMap<>(
              Map.of(
                  "colour", AttributeType.STRING,
                  "tags", AttributeType.STRING_LIST,
                  "year", AttributeType.LONG,
                  "price", AttributeType.DOUBLE,
                  "isNew", AttributeType.BOOLEAN)));

  @TempDir Path folder;

  private final float[][] vectors = TestVectors.clustered(OLD + FRESH, DIMENSION, 7);

  private IndexRecord row(int i) {
    Map<String, AttributeValue> attributes = new TreeMap<>();
    attributes.put("colour", new AttributeValue.Text(i % 3 == 0 ? "red" : "blue"));
    attributes.put("isNew", new AttributeValue.Bool(i >= OLD));
    if (i % 2 == 0) {
      attributes.put("year", new AttributeValue.Int64(2_000 + i % 10));
      attributes.put("price", new AttributeValue.Float64(i / 4.0));
    }
    attributes.put(
        "tags", new AttributeValue.TextList(List.of("all", i % 5 == 0 ? "fifth" : "other")));
    return new IndexRecord("row-" + i, 10L * i, vectors[i], new byte[] {(byte) i}, attributes);
  }

  private Path old(String type) {
    Path file = folder.resolve("old.shard");
    try (IndexBuilder builder =
        IndexProvider.of(type).builder(SCHEMA, BuildParameters.defaults(), null, folder)) {
      for (int i = 0; i < OLD; i++) {
        builder.add(row(i));
      }
      builder.build(file, BuildProgress.NONE);
    }
    return file;
  }

  @ParameterizedTest
  @ValueSource(strings = {"diskann", "flat"})
  void build_shardTombstonesAndLiveIndex_carriesAllParts(String type) {
    IndexProvider provider = IndexProvider.of(type);
    Path merged = folder.resolve("merged.shard");
    try (LiveIndex live = new LiveIndex(SCHEMA, BuildParameters.defaults(), 1_000);
        VectorIndex base = provider.open(old(type));
        ShardMerge merge = provider.merge(base, SCHEMA, BuildParameters.defaults(), null, folder)) {
      for (int i = OLD - 100; i < OLD + FRESH; i++) {
        live.insert(row(i));
      }
      for (int i = 0; i < 200; i++) {
        assertThat(merge.delete("row-" + i)).isTrue();
      }
      assertThat(merge.delete("row-0")).isFalse();
      assertThat(merge.delete("nobody")).isFalse();
      live.forEach(merge::add);
      assertThat(merge.size()).isEqualTo(OLD - 200 + FRESH);
      assertThat(merge.build(merged, BuildProgress.NONE).vectors()).isEqualTo(OLD - 200 + FRESH);
      assertThat(merge.size()).isEqualTo(OLD - 200 + FRESH);
    }
    try (VectorIndex index = provider.open(merged)) {
      index.verify();
      check(index);
    }
  }

  private void check(VectorIndex index) {
    float[] vector = new float[DIMENSION];
    int red = 0;
    for (int i = 0; i < OLD + FRESH; i++) {
      int node = index.nodeId("row-" + i);
      assertThat(node >= 0).isEqualTo(i >= 200);
      if (node < 0) {
        continue;
      }
      red += i % 3 == 0 ? 1 : 0;
      assertThat(index.order(node)).isEqualTo(10L * i);
      assertThat(index.payload(node)).containsExactly((byte) i);
      index.vector(node, vector);
      assertThat(vector).isEqualTo(vectors[i]);
      SearchResult result = index.search(vectors[i], SearchParameters.defaults(3), null);
      assertThat(result.nodeIds()).contains(node);
      var attributes = index.attributes();
      AttributeValue year = new AttributeValue.Int64(2_000 + i % 10);
      assertThat(attributes.equal("year", year).contains(node)).isEqualTo(i % 2 == 0);
      assertThat(attributes.equal("price", new AttributeValue.Float64(i / 4.0)).contains(node))
          .isEqualTo(i % 2 == 0);
      assertThat(attributes.equal("tags", new AttributeValue.Text("fifth")).contains(node))
          .isEqualTo(i % 5 == 0);
      assertThat(attributes.equal("isNew", new AttributeValue.Bool(true)).contains(node))
          .isEqualTo(i >= OLD);
    }
    assertThat(index.attributes().equal("colour", new AttributeValue.Text("red")).getCardinality())
        .isEqualTo(red);
    assertThat(index.attributes().exists("tags").getCardinality()).isEqualTo(index.size());
  }

  @Test
  void build_everythingDeleted_isEmpty() {
    IndexProvider provider = IndexProvider.of("diskann");
    Path merged = folder.resolve("merged.shard");
    try (VectorIndex base = provider.open(old("diskann"));
        ShardMerge merge = provider.merge(base, SCHEMA, BuildParameters.defaults(), null, folder)) {
      for (int i = 0; i < OLD; i++) {
        merge.delete("row-" + i);
      }
      assertThat(merge.build(merged, BuildProgress.NONE).vectors()).isZero();
    }
    try (VectorIndex index = provider.open(merged)) {
      assertThat(index.search(vectors[0], SearchParameters.defaults(3), null).size()).isZero();
    }
  }

  @Test
  void merge_baseThatIsAnother_isRefused() {
    IndexProvider provider = IndexProvider.of("diskann");
    BuildParameters how = BuildParameters.defaults();
    IndexSchema other = new IndexSchema(DIMENSION + 1, DistanceMetric.COSINE, new TreeMap<>());
    IndexSchema typed =
        new IndexSchema(
            DIMENSION, DistanceMetric.COSINE, new TreeMap<>(Map.of("year", AttributeType.STRING)));
    try (VectorIndex base = provider.open(old("diskann"))) {
      assertThatThrownBy(() -> provider.merge(base, other, how, null, folder))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("dimension");
      assertThatThrownBy(() -> provider.merge(base, typed, how, null, folder))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'year'");
      assertThatThrownBy(() -> IndexProvider.of("flat").merge(base, SCHEMA, how, null, folder))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("flat");
    }
  }

  @Test
  void build_damagedBase_isRefusedRatherThanCarriedOver() throws IOException {
    Path file = old("diskann");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {77}), Files.size(file) / 2);
    }
    IndexProvider provider = IndexProvider.of("diskann");
    try (VectorIndex base = provider.open(file);
        ShardMerge merge = provider.merge(base, SCHEMA, BuildParameters.defaults(), null, folder)) {
      assertThatThrownBy(() -> merge.build(folder.resolve("merged.shard"), BuildProgress.NONE))
          .isInstanceOf(CorruptShardException.class);
    }
    assertThat(folder).isDirectoryNotContaining("glob:**merged*");
  }
}
