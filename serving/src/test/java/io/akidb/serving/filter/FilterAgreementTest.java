package io.akidb.serving.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.akidb.catalog.AttributeType;
import io.akidb.catalog.AttributeValue;
import io.akidb.catalog.Attributes;
import io.akidb.catalog.CollectionSchema;
import io.akidb.catalog.IndexType;
import io.akidb.catalog.Metric;
import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexBuilder;
import io.akidb.diskann.IndexProvider;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.VectorIndex;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.RoaringBitmap;

/** Any filter finds the same rows by a shard's bitmaps as by looking at each payload. */
class FilterAgreementTest {
  private static final long SEED = 20261121;
  private static final List<String> TEXTS =
      List.of("a", "ab", "b", "\uE000", "\uD83D\uDE00", "ä", "");
  private static final CollectionSchema SCHEMA =
      new CollectionSchema(
          2,
          Metric.L2,
          IndexType.FLAT,
          new TreeMap<>(
              Map.of(
                  "s", AttributeType.STRING,
                  "l", AttributeType.LONG,
                  "d", AttributeType.DOUBLE,
                  "b", AttributeType.BOOLEAN,
                  "t", AttributeType.STRING_LIST)));
  private static final List<String> DECLARED = List.of("s", "l", "d", "b", "t");
  private static final List<String> FREE = List.of("x", "y");

  @TempDir Path folder;
  private final Random random = new Random(SEED);
  private final JsonMapper json = new JsonMapper();

  @Test
  void shardFilter_forRandomFilters_agreesWithTheMatcher() throws Exception {
    List<byte[]> payloads = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      payloads.add(
          random.nextInt(20) == 0 ? null : payload().toString().getBytes(StandardCharsets.UTF_8));
    }
    try (VectorIndex shard = shard(payloads)) {
      int matched = 0;
      for (int i = 0; i < 2000; i++) {
        JsonNode tree = filter(3);
        Filter filter = FilterParser.parse(tree, "/filter", SCHEMA);
        RoaringBitmap found = ShardFilter.evaluate(filter, shard, () -> {});
        RoaringBitmap expected = new RoaringBitmap();
        for (int node = 0; node < shard.size(); node++) {
          byte[] payload = payloads.get(Integer.parseInt(shard.vectorId(node)));
          Map<String, AttributeValue> declared = Attributes.parse(payload, SCHEMA);
          if (FilterMatcher.matches(
              filter,
              name ->
                  declared.containsKey(name)
                      ? declared.get(name)
                      : Attributes.find(payload, name))) {
            expected.add(node);
          }
        }
        assertThat(found).as("seed " + SEED + ", filter " + i + ": " + tree).isEqualTo(expected);
        matched += found.getCardinality();
      }
      assertThat(matched).as("the filters are no empty talk").isGreaterThan(10_000);
    }
  }

  private VectorIndex shard(List<byte[]> payloads) throws Exception {
    SortedMap<String, io.akidb.diskann.AttributeType> types = new TreeMap<>();
    SCHEMA
        .attributes()
        .forEach(
            (name, type) -> types.put(name, io.akidb.diskann.AttributeType.valueOf(type.name())));
    Path file = folder.resolve("x.shard");
    try (IndexBuilder builder =
        IndexProvider.of("flat")
            .builder(
                new IndexSchema(2, DistanceMetric.L2, types),
                BuildParameters.defaults().withThreads(1),
                null,
                folder)) {
      for (int i = 0; i < payloads.size(); i++) {
        Map<String, io.akidb.diskann.AttributeValue> values = new HashMap<>();
        Attributes.parse(payloads.get(i), SCHEMA)
            .forEach((name, value) -> values.put(name, indexed(value)));
        builder.add(
            new IndexRecord(
                Integer.toString(i),
                i,
                new float[] {i, 1},
                payloads.get(i) == null ? new byte[0] : payloads.get(i),
                values));
      }
      builder.build(file, BuildProgress.NONE);
    }
    return IndexProvider.of("flat").open(file);
  }

  private static io.akidb.diskann.AttributeValue indexed(AttributeValue value) {
    return switch (value) {
      case AttributeValue.Text(var v) -> new io.akidb.diskann.AttributeValue.Text(v);
      case AttributeValue.TextList(var v) -> new io.akidb.diskann.AttributeValue.TextList(v);
      case AttributeValue.Whole(var v) -> new io.akidb.diskann.AttributeValue.Int64(v);
      case AttributeValue.Real(var v) -> new io.akidb.diskann.AttributeValue.Float64(v);
      case AttributeValue.Flag(var v) -> new io.akidb.diskann.AttributeValue.Bool(v);
    };
  }

  private ObjectNode payload() {
    ObjectNode payload = json.createObjectNode();
    for (String name : DECLARED) {
      if (random.nextInt(4) > 0) {
        payload.set(name, random.nextInt(10) == 0 ? json.nullNode() : value(name));
      }
    }
    for (String name : FREE) {
      if (random.nextBoolean()) {
        payload.set(name, value(DECLARED.get(random.nextInt(DECLARED.size()))));
      }
    }
    return payload;
  }

  private JsonNode value(String kind) {
    return switch (kind) {
      case "s" -> json.getNodeFactory().textNode(text());
      case "l" -> json.getNodeFactory().numberNode((long) random.nextInt(5) - 2);
      case "d" -> json.getNodeFactory().numberNode(random.nextInt(9) / 2.0 - 2);
      case "b" -> json.getNodeFactory().booleanNode(random.nextBoolean());
      default -> {
        ArrayNode list = json.createArrayNode();
        for (int i = random.nextInt(3); i > 0; i--) {
          list.add(text());
        }
        yield list;
      }
    };
  }

  private String text() {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  private JsonNode filter(int depth) {
    ObjectNode filter = json.createObjectNode();
    int kind = depth == 0 ? 9 : random.nextInt(10);
    if (kind <= 1) {
      ArrayNode parts = filter.putArray(kind == 0 ? "$and" : "$or");
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        parts.add(filter(depth - 1));
      }
    } else if (kind == 2) {
      filter.set("$not", filter(depth - 1));
    } else {
      for (int i = 1 + random.nextInt(2); i > 0; i--) {
        boolean free = random.nextInt(3) == 0;
        String kindOf = DECLARED.get(random.nextInt(DECLARED.size()));
        filter.set(free ? FREE.get(random.nextInt(2)) : kindOf, condition(kindOf, free));
      }
    }
    return filter;
  }

  private JsonNode condition(String kind, boolean free) {
    ObjectNode condition = json.createObjectNode();
    switch (random.nextInt(9)) {
      case 0 -> condition.set("$ne", scalar(kind));
      case 1 -> condition.putArray("$in").add(scalar(kind)).add(scalar(kind));
      case 2 -> condition.putArray("$nin").add(scalar(kind)).add(scalar(kind));
      case 3 -> condition.put("$exists", random.nextBoolean());
      case 4, 5 -> {
        if (kind.equals("b") || (kind.equals("t") && !free)) {
          condition.set("$eq", scalar(kind));
        } else {
          condition.set(List.of("$gt", "$gte", "$lt", "$lte").get(random.nextInt(4)), scalar(kind));
        }
      }
      case 6 -> {
        if (kind.equals("t") || free) {
          condition.put("$contains", text());
        } else {
          return scalar(kind);
        }
      }
      case 7 -> {
        if (kind.equals("t") || kind.equals("s") || free) {
          condition.put("$prefix", text());
        } else {
          condition.putObject("$not").set("$eq", scalar(kind));
        }
      }
      default -> {
        return scalar(kind);
      }
    }
    return condition;
  }

  private JsonNode scalar(String kind) {
    return value(kind.equals("t") ? "s" : kind);
  }
}
