package io.akidb.diskann.format.v1;

import io.akidb.diskann.AttributeType;
import io.akidb.diskann.AttributeValue;
import io.akidb.diskann.BuildParameters;
import io.akidb.diskann.BuildProgress;
import io.akidb.diskann.BuildReport;
import io.akidb.diskann.DistanceMetric;
import io.akidb.diskann.IndexBuilder;
import io.akidb.diskann.IndexRecord;
import io.akidb.diskann.IndexSchema;
import io.akidb.diskann.TestProviders;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Records drawn from a seed, and what a shard of them must answer, worked out plainly. */
record ShardModel(IndexSchema schema, List<IndexRecord> records) {
  /**
   * Texts whose order by UTF-8 is not that by UTF-16, whose lengths are 0 to 4 bytes a character,
   * and of which some begin with others.
   */
  static final List<String> TEXTS =
      List.of("", "a", "ab", "abc", "b", "Z", "\u00e9", "\u00e9t\u00e9", "\uffee", "\ud83d\ude00");

  /** Numbers at which integers and floats part. */
  static final List<Long> LONGS =
      List.of(0L, 1L, -1L, 7L, (1L << 53) + 1, -(1L << 53) - 1, Long.MAX_VALUE, Long.MIN_VALUE);

  static final List<Double> DOUBLES =
      List.of(
          0.0,
          -0.0,
          1.0,
          1.5,
          -1.5,
          0x1p53,
          0x1p63,
          -0x1p63,
          Double.MIN_VALUE,
          Double.POSITIVE_INFINITY,
          Double.NEGATIVE_INFINITY);

  /** The degree of {@code wide-} types. */
  static final int WIDE = 40;

  static final TreeMap<String, AttributeType> ATTRIBUTES =
      new TreeMap<>(
          Map.of(
              "name", AttributeType.STRING,
              "tags", AttributeType.STRING_LIST,
              "year", AttributeType.LONG,
              "price", AttributeType.DOUBLE,
              "sold", AttributeType.BOOLEAN,
              "never", AttributeType.STRING,
              "\u00e9\ud83d\ude00", AttributeType.LONG));

  static ShardModel random(long seed, int dimension, DistanceMetric metric, int count) {
    Random random = new Random(seed);
    List<IndexRecord> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] payload = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(60)];
      random.nextBytes(payload);
      records.add(
          new IndexRecord(
              "id-" + i + pick(TEXTS, random),
              random.nextLong(),
              vector(random, dimension),
              payload,
              attributes(random)));
    }
    return new ShardModel(new IndexSchema(dimension, metric, ATTRIBUTES), records);
  }

  /**
   * Records for a type of shards: a provider's, with {@code bytes-} or {@code halves-} before it
   * where all vectors are to be such as these forms hold exactly, so that they are stored so.
   */
  static ShardModel random(
      String type, long seed, int dimension, DistanceMetric metric, int count) {
    ShardModel model = random(seed, dimension, metric, count);
    model.records().forEach(record -> fit(type, record.vector()));
    return model;
  }

  /** Makes a vector one that a type's form holds exactly. */
  static void fit(String type, float[] vector) {
    for (int d = 0; d < vector.length; d++) {
      vector[d] =
          switch (form(type)) {
            case "bytes-" -> Math.min(255, Math.round(Math.abs(vector[d]) * 100) + 1);
            case "halves-" -> (Math.round(vector[d] * 128) + 0.5f) / 128;
            default -> vector[d];
          };
    }
  }

  /** What stands before the name of a type's provider. */
  static String form(String type) {
    return type.substring(0, type.lastIndexOf('-') + 1);
  }

  /** The name of a type's provider. */
  static String provider(String type) {
    return type.substring(type.lastIndexOf('-') + 1);
  }

  static float[] vector(Random random, int dimension) {
    float[] vector = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      vector[d] = (float) random.nextGaussian();
    }
    vector[0] = vector[0] == 0 ? 1 : vector[0];
    return vector;
  }

  private static Map<String, AttributeValue> attributes(Random random) {
    Map<String, AttributeValue> values = new TreeMap<>();
    for (Map.Entry<String, AttributeType> attribute : ATTRIBUTES.entrySet()) {
      if (random.nextInt(4) > 0 && !attribute.getKey().equals("never")) {
        values.put(attribute.getKey(), value(attribute.getValue(), random));
      }
    }
    return values;
  }

  private static AttributeValue value(AttributeType type, Random random) {
    return switch (type) {
      case STRING -> new AttributeValue.Text(pick(TEXTS, random));
      case STRING_LIST -> {
        List<String> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(pick(TEXTS, random));
        }
        yield new AttributeValue.TextList(list);
      }
      case LONG -> new AttributeValue.Int64(pick(LONGS, random));
      case DOUBLE ->
          random.nextInt(4) == 0
              ? new AttributeValue.Int64(pick(LONGS, random))
              : new AttributeValue.Float64(pick(DOUBLES, random));
      case BOOLEAN -> new AttributeValue.Bool(random.nextBoolean());
    };
  }

  static <T> T pick(List<T> values, Random random) {
    return values.get(random.nextInt(values.size()));
  }

  static BuildParameters parameters() {
    return new BuildParameters(8, 24, 1.2f, 0, 5, 1, 1L << 26);
  }

  /** Those of a type of shards: {@code wide-} ones have lists that are too long to be packed. */
  private static BuildParameters parameters(String type) {
    return form(type).equals("wide-") ? parameters().withMaxDegree(WIDE) : parameters();
  }

  BuildReport write(String type, Path file) {
    try (IndexBuilder builder =
        TestProviders.of(provider(type))
            .builder(schema, parameters(type), null, file.getParent())) {
      records.forEach(builder::add);
      return builder.build(file, BuildProgress.NONE);
    }
  }

  IndexRecord record(String id) {
    return records.stream().filter(r -> r.vectorId().equals(id)).findFirst().orElseThrow();
  }

  double distance(float[] a, float[] b) {
    double dot = 0;
    double squares = 0;
    double aa = 0;
    double bb = 0;
    for (int d = 0; d < a.length; d++) {
      dot += (double) a[d] * b[d];
      squares += ((double) a[d] - b[d]) * ((double) a[d] - b[d]);
      aa += (double) a[d] * a[d];
      bb += (double) b[d] * b[d];
    }
    return switch (schema.metric()) {
      case L2 -> squares;
      case DOT -> -dot;
      case COSINE -> 1 - dot / Math.sqrt(aa * bb);
    };
  }
}
